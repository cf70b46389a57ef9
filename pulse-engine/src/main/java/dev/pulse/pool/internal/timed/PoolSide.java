package dev.pulse.pool.internal.timed;

import dev.pulse.redis.Redis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;

/** What tickers and schedules need of the handle of the pool that they belong to. Thread-safe. */
public interface PoolSide {
    /** The pool's name. */
    String name();

    /** What the handle is known by in the pool. */
    String client();

    /** The handle's Redis. */
    Redis redis();

    /** How large a payload may be, in bytes. */
    int mostBytes();

    /**
     * One incarnation of the pool.
     *
     * @param beat how often a node makes itself known
     */
    record At(PoolKeys keys, Duration beat) {}

    /**
     * The newest incarnation that is known; asks nobody.
     *
     * @throws dev.pulse.PoolShutDownException when the pool was shut down
     */
    At current();

    /**
     * The one after another that Redis does not know any more.
     *
     * @throws dev.pulse.PoolShutDownException when the pool was shut down
     */
    At after(PoolKeys gone, Redis call) throws InterruptedException;

    /**
     * A plan for whose sake a job is started or stopped.
     *
     * @param schedule whose it is
     * @param token of the plan: nothing is done when there is another
     */
    record By(String schedule, String token) {}

    /** There is another plan, or none. */
    final class SupersededException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Has a job begin, as a dispatch with that id does.
     *
     * @throws SupersededException when the plan is not the present one; nothing was done
     * @throws dev.pulse.PulseException as a dispatch
     */
    void start(String key, byte[] payload, int attempts, String id, By by) throws InterruptedException;

    /**
     * Stops a job if the schedule started it, and waits until it has ended.
     *
     * @throws SupersededException when the plan is not the present one; nothing was done
     * @throws dev.pulse.PulseException as a stop
     */
    void stop(String key, By by) throws InterruptedException;
}
