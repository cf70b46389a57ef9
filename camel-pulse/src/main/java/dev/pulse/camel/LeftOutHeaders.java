package dev.pulse.camel;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the headers that stay behind when a message becomes an event, and logs each name once. Thread-safe. */
final class LeftOutHeaders {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOutHeaders.class);
    private static final int MOST_LOGGED = 100;

    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final LongAdder count = new LongAdder();

    void add(String name, Object value) {
        count.increment();
        if (logged.size() < MOST_LOGGED && logged.add(name)) {
            LOG.warn("header={} type={} state=left-out", name, value.getClass().getName());
        }
    }

    long count() {
        return count.sum();
    }
}
