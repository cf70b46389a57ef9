package dev.pulse.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(50);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    @Test
    void doublesFromTheFirstToTheLongestAndIsJitteredToAtLeastHalf() {
        Backoff backoff = new Backoff(FIRST, LONGEST);
        for (int round = 0; round < 2; round++) {
            for (long most : new long[] {50, 100, 200, 400, 800, 1_000, 1_000, 1_000}) {
                assertThat(backoff.next()).isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
            }
            backoff.reset();
        }
    }

    @Test
    void staysWithinItsBoundsForAnyNumberOfFailures() {
        for (int failure : new int[] {1, 2, 30, 62, 63, 64, 1_000, Integer.MAX_VALUE}) {
            assertThat(Backoff.afterFailure(failure, Duration.ofMillis(1), Duration.ofHours(24)))
                    .isBetween(Duration.ofNanos(500_000), Duration.ofHours(24));
        }
        assertThat(Backoff.afterFailure(1, LONGEST, LONGEST)).isBetween(LONGEST.dividedBy(2), LONGEST);
    }

    @Test
    void isJittered() {
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> Backoff.afterFailure(3, FIRST, LONGEST))
                        .distinct()
                        .count())
                .isGreaterThan(50);
    }
}
