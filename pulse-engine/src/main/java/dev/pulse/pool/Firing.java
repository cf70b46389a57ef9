package dev.pulse.pool;

import java.time.Duration;
import java.time.Instant;

/**
 * One firing of a ticker.
 *
 * @param ticker its name
 * @param due when it was due, by the clock of Redis
 * @param missed how many due times before it went by without a firing since the last one
 * @param fencingToken greater than that of every firing before, and of the same kind as {@link Job#fencingToken}
 * @param lateness how long after its due time this node was allowed to fire, by the clock of Redis
 */
public record Firing(String ticker, Instant due, long missed, long fencingToken, Duration lateness) {}
