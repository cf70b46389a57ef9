package dev.pulse.faults;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a history comes to.
 *
 * @param events how many were added
 * @param duplicates deliveries beyond the first of each event and sink
 * @param redelivery the longest that an event of a killed consumer waited for another
 * @param recovery the longest from the end of a fault until something new got through
 * @param violations the promises that were broken, in words
 */
record Findings(long events, long duplicates, Duration redelivery, Duration recovery, List<String> violations) {
    static final Findings NONE = new Findings(0, 0, Duration.ZERO, Duration.ZERO, List.of());

    static Findings events(long events) {
        return new Findings(events, 0, Duration.ZERO, Duration.ZERO, List.of());
    }

    static Findings recovery(Duration time) {
        return new Findings(0, 0, Duration.ZERO, time, List.of());
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
                Stream.concat(violations.stream(), other.violations.stream()).toList());
    }
}
