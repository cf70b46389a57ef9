package dev.pulse.pool;

import java.time.Instant;

/**
 * What a plan is to be made for.
 *
 * @param schedule its name
 * @param due when it was due, by the clock of Redis
 * @param missed how many due times before it went by without a plan since the last one
 * @param fencingToken greater than that of every planning before, and of the same kind as {@link Job#fencingToken}
 */
public record Planning(String schedule, Instant due, long missed, long fencingToken) {}
