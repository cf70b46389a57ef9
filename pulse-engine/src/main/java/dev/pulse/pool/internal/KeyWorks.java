package dev.pulse.pool.internal;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the keys of one handle of a pool have to do, whichever worker it is for. Thread-safe. */
final class KeyWorks {
    private final String pool;
    private final Map<String, KeyWork> works = new ConcurrentHashMap<>();
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    KeyWorks(String pool) {
        this.pool = pool;
    }

    /** Passes on what was read; returns at once. */
    void post(String key, Mail mail) {
        KeyWork work;
        do {
            work = works.computeIfAbsent(key, same -> new KeyWork(this, same));
            // one that has just run out of work takes nothing more
        } while (!work.post(mail));
    }

    /** The same beside whatever the key has to do. */
    void postAside(String key, Mail mail) {
        new KeyWork(this, key).post(mail);
    }

    /** It has nothing to do any more. */
    void forget(KeyWork work) {
        works.remove(work.key(), work);
    }

    String threadName(String key) {
        return "pool " + pool + " job " + key;
    }

    void begins(Thread thread) {
        threads.add(thread);
    }

    void ends(Thread thread) {
        threads.remove(thread);
    }

    /** Whether the calling thread runs a handler. */
    boolean isCurrentThread() {
        return threads.contains(Thread.currentThread());
    }
}
