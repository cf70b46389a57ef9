package dev.pulse.pool.internal;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** The requests of clients that were delivered here of late, so that one which is sent twice is delivered once. Thread-safe. */
final class SeenRequests {
    private static final int MOST_CLIENTS = 100;
    private static final int MOST_REQUESTS = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<String, Set<String>> clients = new Latest<>(MOST_CLIENTS);

    /** Whether it was not seen before, as far as is remembered; from now on it was. */
    boolean add(String client, String request) {
        if (request.isEmpty()) {
            return true;
        }
        lock.lock();
        try {
            return clients.computeIfAbsent(client, same -> Collections.newSetFromMap(new Latest<>(MOST_REQUESTS)))
                    .add(request);
        } finally {
            lock.unlock();
        }
    }

    /** It was not delivered after all. */
    void forget(String client, String request) {
        lock.lock();
        try {
            Set<String> requests = clients.get(client);
            if (requests != null) {
                requests.remove(request);
            }
        } finally {
            lock.unlock();
        }
    }
}
