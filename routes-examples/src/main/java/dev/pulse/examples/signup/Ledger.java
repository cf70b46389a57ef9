package dev.pulse.examples.signup;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Body;

/** Who was published, and what came of it: what the example is judged by in the end. Thread-safe. */
public final class Ledger {
    private final Map<Long, SignUp> published = new ConcurrentHashMap<>();
    private final Map<Long, String> known = new ConcurrentHashMap<>();
    private final Set<Long> sold = ConcurrentHashMap.newKeySet();
    private final Set<Long> greeted = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> mailsBy = new ConcurrentSkipListMap<>();
    private final LongAdder again = new LongAdder();
    private final LongAdder groups = new LongAdder();

    Ledger() {}

    /** The event is in the stream. */
    public void published(@Body SignUp signUp) {
        published.put(signUp.user(), signUp);
    }

    /** A projection: the users as all events together tell them. Told the same event twice, it stays as it is. */
    public void project(@Body SignUp signUp) {
        known.put(signUp.user(), signUp.name());
    }

    /** Somebody who pays was called. */
    public void sold(@Body SignUp signUp) {
        sold.add(signUp.user());
    }

    /** A group of mails was sent. Being told twice is possible, for at least once is what is promised. */
    public void greeted(@Body Iterable<Mail> mails) {
        groups.increment();
        for (Mail mail : mails) {
            if (greeted.add(mail.user())) {
                mailsBy.computeIfAbsent(mail.by(), route -> new LongAdder()).increment();
            } else {
                again.increment();
            }
        }
    }

    long publishedCount() {
        return published.size();
    }

    long greetedCount() {
        return published.keySet().stream().filter(greeted::contains).count();
    }

    long knownCount() {
        return published.keySet().stream().filter(known::containsKey).count();
    }

    long soldCount() {
        return sold.size();
    }

    /** Published, and not greeted, not known, or not sold to though they pay. */
    long missing() {
        return published.values().stream()
                .filter(signUp -> !greeted.contains(signUp.user())
                        || !known.containsKey(signUp.user())
                        || (signUp.plan().equals("paid") && !sold.contains(signUp.user())))
                .count();
    }

    long againCount() {
        return again.sum();
    }

    long groupCount() {
        return groups.sum();
    }

    Map<String, Long> mailsBy() {
        Map<String, Long> mails = new TreeMap<>();
        mailsBy.forEach((route, count) -> mails.put(route, count.sum()));
        return mails;
    }
}
