package dev.pulse.examples.tasks;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What pictures there are and what became of them: what the example is judged by in the end. Thread-safe. */
final class Ledger {
    private final Set<String> found = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> thumbnails = new ConcurrentHashMap<>();
    private final Set<Long> summaries = ConcurrentHashMap.newKeySet();
    private final Map<String, String> polling = new ConcurrentHashMap<>();
    private final Set<String> mended = ConcurrentHashMap.newKeySet();
    private final LongAdder failures = new LongAdder();
    private final LongAdder doubles = new LongAdder();

    /** A poller works in this studio from now on. */
    void pollerBegins(String tenant, String studio) {
        if (polling.put(tenant, studio) != null) {
            doubles.increment();
        }
    }

    void pollerEnds(String tenant) {
        polling.remove(tenant);
    }

    /** The task of this picture is accepted. */
    void found(Picture picture) {
        found.add(picture.name());
    }

    /** An attempt has failed. */
    void failed() {
        failures.increment();
    }

    /** The thumbnail is made. */
    void made(Picture picture) {
        thumbnails.merge(picture.name(), 1, Integer::sum);
    }

    /** A dead task can be tried anew now. */
    void mended(String picture) {
        mended.add(picture);
    }

    /** The ticker was due at this time. */
    void summary(long due) {
        if (!summaries.add(due)) {
            doubles.increment();
        }
    }

    long foundCount() {
        return found.size();
    }

    long madeCount() {
        return thumbnails.size();
    }

    /** Pictures without a thumbnail. */
    long missingCount() {
        return found.stream().filter(name -> !thumbnails.containsKey(name)).count();
    }

    long failureCount() {
        return failures.sum();
    }

    /** Those that were dead, and are tried anew. */
    long mendedCount() {
        return mended.size();
    }

    long summaryCount() {
        return summaries.size();
    }

    /** Due times that two studios told of, and tenants that had two pollers at a time. */
    long doubleCount() {
        return doubles.sum();
    }

    /** Where the poller of each tenant is. */
    Map<String, String> pollers() {
        return Map.copyOf(polling);
    }
}
