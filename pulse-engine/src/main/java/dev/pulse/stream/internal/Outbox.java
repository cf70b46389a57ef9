package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.task.Backoff;
import dev.pulse.task.Durations;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a sink still has to say to Redis and nobody waits for: said until Redis has heard it, and while closing once.
 * Thread-safe.
 */
final class Outbox {
    private final AtomicInteger unsaid = new AtomicInteger();
    private final Wakeup allSaid = new Wakeup();
    private volatile SinkGroup group;
    private volatile boolean closing;

    Outbox(SinkGroup group) {
        this.group = group;
    }

    /** Something to be said. */
    @FunctionalInterface
    interface Words {
        void say(SinkGroup group) throws InterruptedException;
    }

    /** There is something to say, and {@link #done} will be told when it was. */
    void expect() {
        unsaid.incrementAndGet();
    }

    /** So many of what was expected were said, or given up. */
    void done(int count) {
        if (unsaid.addAndGet(-count) == 0) {
            allSaid.wake();
        }
    }

    /** Says it until Redis has heard it; while closing, once. Returns whether it did. */
    boolean say(Words words) {
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));
        while (true) {
            try {
                words.say(group);
                return true;
            } catch (PulseException e) {
                // the sink's other loops report that Redis is away
                if (closing) {
                    return false;
                }
            } catch (IllegalStateException | InterruptedException e) {
                return false;
            }
            try {
                allSaid.await(backoff.next());
            } catch (InterruptedException e) {
                return false;
            }
        }
    }

    boolean isEmpty() {
        return unsaid.get() == 0;
    }

    /** The group as it is spoken to at this moment. */
    SinkGroup group() {
        return group;
    }

    /** Waits until all is said, to a Redis that is asked with a short time-out, or until the deadline. */
    void finish(SinkGroup hurried, long deadline) throws InterruptedException {
        group = hurried;
        closing = true;
        while (unsaid.get() > 0 && System.nanoTime() < deadline) {
            allSaid.await(Durations.shorter(Polls.until(deadline), Duration.ofMillis(50)));
        }
    }
}
