package dev.pulse.camel.stream;

import dev.pulse.stream.EventId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Up to where a consumer has come: the last event before which, itself included, every one is done. Events are begun in the
 * order of the stream, and done in any. Thread-safe.
 */
final class Progress {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Step> begun = new ArrayDeque<>();
    private EventId position;

    /** One event on its way. */
    static final class Step {
        private final EventId id;
        private boolean done;

        private Step(EventId id) {
            this.id = id;
        }
    }

    Progress(EventId start) {
        this.position = start;
    }

    /** From now on, until it is done, the position does not move past it. */
    Step begin(EventId id) {
        Step step = new Step(id);
        lock.lock();
        try {
            begun.add(step);
        } finally {
            lock.unlock();
        }
        return step;
    }

    void done(Iterable<Step> steps) {
        lock.lock();
        try {
            steps.forEach(step -> step.done = true);
            while (!begun.isEmpty() && begun.peek().done) {
                position = begun.remove().id;
            }
        } finally {
            lock.unlock();
        }
    }

    EventId position() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** What was passed over after the last event counts as well, if all that was begun is done. */
    void passedOver(EventId upTo) {
        lock.lock();
        try {
            if (begun.isEmpty()) {
                position = upTo;
            }
        } finally {
            lock.unlock();
        }
    }
}
