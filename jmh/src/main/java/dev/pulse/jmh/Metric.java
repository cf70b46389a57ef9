package dev.pulse.jmh;

import java.util.Locale;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Which figure of a benchmark's result is meant, and how it is written. */
enum Metric {
    PER_SECOND("%,.0f/s") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getScore();
        }
    },
    MICROS_EACH("%,.1f µs each") {
        @Override
        double of(RunResult result) {
            return 1_000_000 / result.getPrimaryResult().getScore();
        }
    },
    P50("p50 %,.0f µs") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getStatistics().getPercentile(50);
        }
    },
    P99("p99 %,.0f µs") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getStatistics().getPercentile(99);
        }
    },
    P50_MILLIS("p50 %,.0f ms") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getStatistics().getPercentile(50);
        }
    },
    SLOWEST_MILLIS("%,.0f ms") {
        @Override
        double of(RunResult result) {
            return result.getPrimaryResult().getStatistics().getMax();
        }
    },
    HEAP_OF_EACH("%,.0f bytes each") {
        @Override
        double of(RunResult result) {
            return counter(result, "heapOfEach");
        }
    },
    COMMANDS_PER_SECOND("%,.0f commands/s") {
        @Override
        double of(RunResult result) {
            return counter(result, "commandsPerSecond");
        }
    },
    CONNECTIONS("%,.0f connections") {
        @Override
        double of(RunResult result) {
            return counter(result, "connections");
        }
    },
    CONNECTIONS_OF_FEW("%,.0f connections") {
        @Override
        double of(RunResult result) {
            return counter(result, "connectionsOfFew");
        }
    },
    P99_COUNTED("p99 %,.0f µs") {
        @Override
        double of(RunResult result) {
            return counter(result, "p99Micros");
        }
    },
    PEAK_OF_FIRST_HALF("first half %,.0f bytes") {
        @Override
        double of(RunResult result) {
            return counter(result, "firstHalf");
        }
    },
    PEAK_OF_SECOND_HALF("second half %,.0f bytes") {
        @Override
        double of(RunResult result) {
            return counter(result, "secondHalf");
        }
    };

    private final String format;

    Metric(String format) {
        this.format = format;
    }

    abstract double of(RunResult result);

    String written(double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static double counter(RunResult result, String name) {
        Result<?> counted = result.getSecondaryResults().get(name);
        if (counted == null) {
            throw new IllegalStateException(result.getParams().getBenchmark() + " has no counter " + name);
        }
        return counted.getScore();
    }
}
