package dev.pulse.pool;

import java.util.Map;

/**
 * How a pool gets on.
 *
 * @param workers how many are alive
 * @param queued jobs that were accepted and not started
 * @param messages under way
 * @param waiting jobs that nobody has
 * @param due jobs that wait for a time
 * @param dead jobs that were given up
 * @param dropped what is gone for good, since the pool was opened: dead jobs that were kept no longer, or no more of; and what
 *     was neither a job nor a message among what waits for a time
 * @param owned how many jobs each worker owns
 * @param paused whether nothing is handed out
 */
public record PoolFigures(
        int workers,
        long queued,
        long messages,
        long waiting,
        long due,
        long dead,
        long dropped,
        Map<String, Long> owned,
        boolean paused) {
    public PoolFigures {
        owned = Map.copyOf(owned);
    }
}
