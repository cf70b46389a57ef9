package dev.pulse.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.PulseFigures;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatencyTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Latency latency = new Latency();
    private final long begin = System.nanoTime();

    @Test
    void nothingMeasuredIsZero() {
        assertThat(latency.figures(begin)).isEqualTo(new PulseFigures(0, Duration.ZERO, Duration.ZERO, Duration.ZERO));
    }

    @Test
    void medianAndPercentileAreRightToAFifthAndTheLongestExactly() {
        for (int micros = 1; micros <= 10_000; micros++) {
            latency.add(TimeUnit.MICROSECONDS.toNanos(micros), begin);
        }
        PulseFigures figures = latency.figures(begin);
        assertThat(figures.measured()).isEqualTo(10_000);
        assertThat(figures.median()).isBetween(Duration.ofNanos(5_000_000), Duration.ofNanos(6_250_000));
        assertThat(figures.p99()).isBetween(Duration.ofNanos(9_900_000), Duration.ofNanos(10_000_000));
        assertThat(figures.longest()).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void oneAloneIsAllOfThem() {
        for (long nanos : new long[] {0, 1, 3, 4, 7, 8, 1_000_003, 3600 * SECOND}) {
            Latency one = new Latency();
            one.add(nanos, begin);
            Duration only = Duration.ofNanos(nanos);
            assertThat(one.figures(begin)).isEqualTo(new PulseFigures(1, only, only, only));
        }
    }

    @Test
    void whatIsOlderThanTwoMinutesIsForgotten() {
        latency.add(SECOND, begin);
        latency.add(1_000, begin + 61 * SECOND);
        assertThat(latency.figures(begin + 61 * SECOND).measured()).isEqualTo(2);
        assertThat(latency.figures(begin + 122 * SECOND))
                .extracting(PulseFigures::measured, PulseFigures::longest)
                .containsExactly(1L, Duration.ofNanos(1_000));
        assertThat(latency.figures(begin + 400 * SECOND).measured()).isZero();
    }

    @Test
    void oneCallInAMillisecondIsMeasuredAtMost() {
        long end = begin + SECOND / 20;
        do {
            latency.end(latency.begin());
        } while (System.nanoTime() < end);
        long past = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        assertThat(latency.figures(System.nanoTime()).measured()).isBetween(1L, past + 1);
    }
}
