package dev.pulse.pool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Jobs that do nothing but write down where they run, for any number of workers, and that no key runs twice at once. Its
 * handlers are as quick as can be.
 */
final class Ledger {
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<String, String> running = new HashMap<>();
    private final Map<String, Integer> starts = new HashMap<>();
    private final Map<String, Long> tokens = new HashMap<>();
    private final Set<String> overlaps = new TreeSet<>();
    private final Set<String> backwards = new TreeSet<>();

    /** A handler of the node of this name. */
    ServiceHandler handler(String node) {
        return new ServiceHandler() {
            @Override
            public void start(Job job) {
                started(node, job);
            }

            @Override
            public void stop(Job job) {
                stopped(node, job);
            }
        };
    }

    private void started(String node, Job job) {
        lock.lock();
        try {
            String before = running.put(job.key(), node);
            if (before != null) {
                overlaps.add(job.key() + " on " + before + " and " + node);
            }
            Long token = tokens.put(job.key(), job.fencingToken());
            if (token != null && token >= job.fencingToken()) {
                backwards.add(job.key() + " had " + token + ", then " + job.fencingToken());
            }
            starts.merge(job.key(), 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    private void stopped(String node, Job job) {
        lock.lock();
        try {
            running.remove(job.key(), node);
        } finally {
            lock.unlock();
        }
    }

    /** Which node runs what at this moment. */
    Map<String, String> running() {
        lock.lock();
        try {
            return Map.copyOf(running);
        } finally {
            lock.unlock();
        }
    }

    /** How often a key was started. */
    int starts(String key) {
        lock.lock();
        try {
            return starts.getOrDefault(key, 0);
        } finally {
            lock.unlock();
        }
    }

    /** What may never be: keys that ran twice at once, tokens that did not grow. */
    List<Set<String>> faults() {
        lock.lock();
        try {
            return List.of(Set.copyOf(overlaps), Set.copyOf(backwards));
        } finally {
            lock.unlock();
        }
    }
}
