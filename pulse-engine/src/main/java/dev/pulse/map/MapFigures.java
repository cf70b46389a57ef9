package dev.pulse.map;

import java.time.Duration;

/**
 * How one replica gets on. Counts begin with it.
 *
 * @param size how many entries it has
 * @param revision how many changes the map has had, as far as it has seen them
 * @param staleness how long ago it was last known to be equal to Redis, by a change that it applied or by comparing
 * @param lastSync how long ago it was last found equal to Redis by comparing, or took all of the content
 * @param watches how many watches are open
 * @param applied how many changes it applied one by one
 * @param snapshots how often it took all of the content, the first time included
 * @param gaps how often it found that changes had been lost on the way
 * @param regressions how often it found that Redis had gone back: flushed, restored, failed over, expired without
 *     its having known when
 * @param malformed how many messages came that are no change of a map
 * @param unreadable how many entries it cannot show at present, because the codec cannot read them or the key is no UTF-8
 * @param coalesced how many changes were coalesced for watchers that are too slow
 */
public record MapFigures(
        int size,
        long revision,
        Duration staleness,
        Duration lastSync,
        int watches,
        long applied,
        long snapshots,
        long gaps,
        long regressions,
        long malformed,
        int unreadable,
        long coalesced) {}
