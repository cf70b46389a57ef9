package dev.pulse.pool.internal;

import dev.pulse.pool.internal.Beating.Finding;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The loop that beats for a handle with workers: on a thread of the platform and over a connection of its own, so that neither
 * handlers that compute on all carriers of virtual threads nor what others ask Redis costs a worker its lease.
 */
final class LeaseBeat {
    private final Beating beating;
    private final OwnedConnection connection;
    /** Told of each beat; returns at once, for the next one is not to wait. */
    private final Consumer<Finding> found;

    private final Wakeup wakeup = new Wakeup();
    private final Loop loop;
    /** Of the loop's thread. */
    private Duration untilNext = Duration.ZERO;

    /** Begins to beat at once. */
    LeaseBeat(Beating beating, OwnedConnection connection, Consumer<Finding> found, LoopSignal signal) {
        this.beating = beating;
        this.connection = connection;
        this.found = found;
        this.loop = Loop.startOnPlatformThread(signal, this::turn);
    }

    private void turn() throws InterruptedException {
        wakeup.await(untilNext);
        // one that fails is sent anew after the back-off
        untilNext = Duration.ZERO;
        try {
            Finding now = beating.beat(connection::within);
            untilNext = now.untilNext();
            found.accept(now);
        } catch (Loop.Over e) {
            connection.close();
            throw e;
        }
    }

    /** Has the next beat come now. */
    void wake() {
        wakeup.wake();
    }

    /** Asks it to end, and ends a beat that is under way. */
    void stop() {
        loop.stop();
        connection.close();
        wakeup.wake();
    }

    boolean isStopped() {
        return loop.isStopped();
    }

    boolean join(long deadline) throws InterruptedException {
        return loop.join(deadline);
    }
}
