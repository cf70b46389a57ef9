package dev.pulse.pool.internal;

import dev.pulse.redis.Redis;
import dev.pulse.task.Signals;

/** What the workers of one handle of a pool share. Thread-safe. */
final class NodeWork {
    private final String pool;
    private final String node;
    private final KeyWorks keys;
    private final Inboxes inboxes;
    private final WorkerReports reports;
    private final SeenRequests seen = new SeenRequests();
    private final Signals signals;
    private final Runnable wake;

    /**
     * @param node what its workers are listed under
     * @param wake called when the pool may have a newer ring or other settings, or jobs wait; returns at once
     */
    NodeWork(String pool, String node, Redis redis, Signals signals, Runnable wake) {
        this.pool = pool;
        this.node = node;
        this.keys = new KeyWorks(pool);
        this.inboxes = new Inboxes(pool, redis, signals);
        this.reports = new WorkerReports(pool, signals);
        this.signals = signals;
        this.wake = wake;
    }

    String pool() {
        return pool;
    }

    String node() {
        return node;
    }

    KeyWorks keys() {
        return keys;
    }

    Inboxes inboxes() {
        return inboxes;
    }

    WorkerReports reports() {
        return reports;
    }

    SeenRequests seen() {
        return seen;
    }

    Signals signals() {
        return signals;
    }

    /** There may be something for the handle to look at. */
    void wake() {
        wake.run();
    }
}
