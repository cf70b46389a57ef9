package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.RedisUnavailableException;

/** Where the parts of a handle have the present incarnation of their pool from. Thread-safe. */
interface Incarnations {
    /**
     * The newest that is known; asks nobody. It may have ended without anybody's having noticed.
     *
     * @throws PoolShutDownException when the pool was shut down
     */
    PoolIncarnation present();

    /**
     * The one that came after another that Redis does not know any more; waits until there is one.
     *
     * @param deadline by {@link System#nanoTime}
     * @throws PoolShutDownException when the pool was shut down
     * @throws RedisUnavailableException when there is none by then
     */
    PoolIncarnation after(PoolIncarnation gone, long deadline) throws InterruptedException;
}
