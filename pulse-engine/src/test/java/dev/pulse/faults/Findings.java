package dev.pulse.faults;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a history comes to.
 *
 * @param events how many were added; of a pool, how often a job was begun
 * @param duplicates deliveries beyond the first of each event and sink; of a pool, runs beside one that had lost its lease
 * @param redelivery the longest that an event of a killed consumer, or a job of a killed worker, waited for another
 * @param recovery the longest from the end of a fault until something new got through
 * @param overlap the longest that a job ran in two places, since the older one could know
 * @param violations the promises that were broken, in words
 */
record Findings(
        long events,
        long duplicates,
        Duration redelivery,
        Duration recovery,
        Duration overlap,
        List<String> violations) {
    static final Findings NONE = new Findings(0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of());

    static Findings events(long events) {
        return new Findings(events, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, List.of());
    }

    static Findings recovery(Duration time) {
        return new Findings(0, 0, Duration.ZERO, time, Duration.ZERO, List.of());
    }

    static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    Findings and(Findings other) {
        return new Findings(
                events + other.events,
                duplicates + other.duplicates,
                longer(redelivery, other.redelivery),
                longer(recovery, other.recovery),
                longer(overlap, other.overlap),
                Stream.concat(violations.stream(), other.violations.stream()).toList());
    }
}
