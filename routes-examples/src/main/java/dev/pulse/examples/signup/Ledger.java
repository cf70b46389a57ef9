package dev.pulse.examples.signup;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Who was published and who was greeted: what the example is judged by in the end. Thread-safe. */
final class Ledger {
    private final Set<Long> published = ConcurrentHashMap.newKeySet();
    private final Set<Long> greeted = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> mailsByMailer = new ConcurrentSkipListMap<>();
    private final LongAdder refused = new LongAdder();
    private final LongAdder again = new LongAdder();

    void published(long user) {
        published.add(user);
    }

    void refused() {
        refused.increment();
    }

    void greeted(long user, String mailer) {
        if (greeted.add(user)) {
            mailsByMailer.computeIfAbsent(mailer, name -> new LongAdder()).increment();
        } else {
            again.increment();
        }
    }

    long publishedCount() {
        return published.size();
    }

    long greetedCount() {
        return published.stream().filter(greeted::contains).count();
    }

    /** Published and not greeted. */
    long missing() {
        return publishedCount() - greetedCount();
    }

    long refusedCount() {
        return refused.sum();
    }

    /** Mails to somebody who had one: at least once is what is promised, not exactly once. */
    long againCount() {
        return again.sum();
    }

    Map<String, Long> mailsByMailer() {
        Map<String, Long> mails = new TreeMap<>();
        mailsByMailer.forEach((mailer, count) -> mails.put(mailer, count.sum()));
        return mails;
    }
}
