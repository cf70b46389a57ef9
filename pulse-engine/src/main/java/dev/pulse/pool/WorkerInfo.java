package dev.pulse.pool;

import java.time.Duration;
import java.time.Instant;

/**
 * A worker as it stands in Redis at one moment.
 *
 * @param id made by the engine
 * @param node the client name of its process' Pulse
 * @param since when it joined, by the clock of Redis
 * @param lease how long it keeps its jobs if it is not heard of; negative when that is over
 * @param jobs how many it owns
 * @param leaving whether it takes nothing more
 */
public record WorkerInfo(String id, String node, Instant since, Duration lease, long jobs, boolean leaving) {}
