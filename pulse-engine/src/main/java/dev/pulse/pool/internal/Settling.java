package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.redis.Redis;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells Redis what a worker has done, again and again until it is answered: all of it can be repeated. Thread-safe. */
final class Settling {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final WorkerLife life;

    Settling(WorkerLife life) {
        this.life = life;
    }

    /** Something to ask. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Redis redis) throws InterruptedException;
    }

    /** Asks on the key's thread; null when the worker has lost its lease, or is over, before it was answered. */
    <T> @Nullable T settle(KeyWork work, Question<T> question) {
        Backoff backoff = backoff();
        boolean failed = false;
        while (life.isAtWork()) {
            Duration pause = failed ? backoff.next() : Duration.ZERO;
            try {
                return work.ask(life, () -> {
                    if (!pause.isZero()) {
                        Tasks.sleep(pause);
                    }
                    return question.ask(life.pool().redis());
                });
            } catch (PulseException e) {
                life.reports().unsettled(work.key(), e);
                failed = true;
            } catch (InterruptedException e) {
                // meant for a handler that has just returned, or to have us look whether all is over
                failed = false;
            } catch (Exception e) {
                throw new IllegalStateException("what Redis is asked throws nothing else", e);
            }
        }
        return null;
    }

    /** Waits a moment on the key's thread, until there may be something to tell, or nobody to tell it. */
    void pause(KeyWork work) {
        try {
            work.ask(life, () -> {
                Tasks.sleep(FIRST_PAUSE);
                return true;
            });
        } catch (InterruptedException e) {
            // it may be time by now
        } catch (Exception e) {
            throw new IllegalStateException("nothing else is thrown", e);
        }
    }

    static Backoff backoff() {
        return new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    }
}
