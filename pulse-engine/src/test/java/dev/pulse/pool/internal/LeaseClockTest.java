package dev.pulse.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.testing.PulseTest;
import java.time.Duration;

class LeaseClockTest {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration STOP = Duration.ofSeconds(4);
    private static final long SECOND = 1_000_000_000L;
    /** Close to where nanoTime overflows, so that moments are compared as they should be. */
    private static final long ASKED = Long.MAX_VALUE - 5 * SECOND;

    private static final long END = ASKED + LEASE.toNanos() * 99 / 100;

    private final LeaseClock clock = new LeaseClock(ASKED, LEASE, STOP);

    @PulseTest
    void endsAHundredthBeforeRedisLetsItEnd() {
        assertThat(clock.isLeased(ASKED)).isTrue();
        assertThat(clock.isLeased(END - 1)).isTrue();
        assertThat(clock.isLeased(END)).isFalse();
    }

    @PulseTest
    void fencesSoEarlyThatHandlersHaveTheStopTimeoutAtTheMostAThirdOfTheLease() {
        assertThat(clock.untilFence(END)).isEqualTo(-STOP.toNanos());
        LeaseClock shorter = new LeaseClock(ASKED, LEASE, Duration.ofMinutes(1));
        assertThat(shorter.untilFence(END)).isEqualTo(-LEASE.toNanos() / 3);
    }

    @PulseTest
    void aRenewalCountsFromWhenItWasAskedForAndMayMakeItShorter() {
        clock.renew(ASKED + SECOND, LEASE, STOP);
        assertThat(clock.isLeased(END + SECOND - 1)).isTrue();
        clock.renew(ASKED + 2 * SECOND, Duration.ofSeconds(1), STOP);
        assertThat(clock.isLeased(ASKED + 3 * SECOND)).isFalse();
    }

    @PulseTest
    void whatStopsInTimeIsInterruptedAtTheEndAndWhatStopsLaterAfterTheStopTimeout() {
        assertThat(clock.interruptAt(END - SECOND)).isEqualTo(END);
        assertThat(clock.interruptAt(END + SECOND)).isEqualTo(END + SECOND + STOP.toNanos());
    }

    @PulseTest
    void isOverWhenRedisSaysSo() {
        clock.end(ASKED + SECOND);
        assertThat(clock.isLeased(ASKED + SECOND)).isFalse();
        assertThat(clock.untilFence(ASKED + SECOND)).isZero();
        assertThat(clock.interruptAt(ASKED + SECOND)).isEqualTo(ASKED + SECOND + STOP.toNanos());
    }

    @PulseTest
    void saysWhyItWasNotRenewed() {
        long fence = END - STOP.toNanos();
        assertThat(clock.whyNotRenewed(fence)).isEqualTo("this process did not get round to it for PT25.7S");
        clock.leaveOut();
        assertThat(clock.whyNotRenewed(fence)).isEqualTo("its inbox was not read in time");
        clock.ask(fence - SECOND);
        clock.leaveOut();
        assertThat(clock.whyNotRenewed(fence + SECOND)).isEqualTo("Redis did not answer for PT26.7S");
        assertThat(clock.whyNotRenewed(fence + 4 * SECOND)).isEqualTo("this process stood still for PT4S");
    }

    @PulseTest
    void whatWasAskedTooLateIsNotWhy() {
        clock.ask(END);
        assertThat(clock.whyNotRenewed(END - STOP.toNanos() + SECOND))
                .startsWith("this process did not get round to it");
    }
}
