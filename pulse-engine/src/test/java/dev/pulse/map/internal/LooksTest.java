package dev.pulse.map.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LooksTest {
    /** So that times wrap, as those of nanoTime may. */
    private static final long START = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(10);

    private final Looks looks = new Looks(MapOptions.defaults());

    private static long after(long millis) {
        return START + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void whatWasLostIsFoundWithinThePeriod() {
        looks.begins(START);
        assertThat(looks.rest(START)).isEqualTo(Duration.ofMillis(29_500));
        assertThat(looks.isDue(after(29_499))).isFalse();
        assertThat(looks.isDue(after(29_500))).isTrue();
        looks.begins(after(29_500));
        looks.expect(7, after(29_500));
        assertThat(looks.rest(after(29_500))).isEqualTo(Duration.ofMillis(500));
        assertThat(looks.overdue(6, after(29_999))).isZero();
        assertThat(looks.overdue(6, after(30_000))).isEqualTo(7);
        looks.settled();
        assertThat(looks.overdue(6, after(30_000))).isZero();
    }

    @Test
    void whatComesMeanwhileIsNotMissed() {
        looks.begins(START);
        looks.expect(7, START);
        assertThat(looks.overdue(7, after(100))).isZero();
        assertThat(looks.overdue(6, after(1_000))).isZero();
    }

    @Test
    void looksThatFollowEachOtherCloselyDoNotPutOffWhatIsExpected() {
        Looks often = new Looks(
                MapOptions.builder().checkPeriod(Duration.ofMillis(100)).build());
        for (int millis = 0; millis < 50; millis += 10) {
            often.begins(after(millis));
            often.expect(7 + millis, after(millis));
        }
        assertThat(often.overdue(6, after(50))).isEqualTo(7);
    }

    @Test
    void theLooksOfManyMapsAreSpread() {
        for (int i = 0; i < 100; i++) {
            looks.begins(START);
            looks.spread();
            assertThat(looks.rest(START)).isBetween(Duration.ofMillis(14_500), Duration.ofMillis(29_500));
        }
    }

    @Test
    void aNewSubscriptionIsFollowedByALook() {
        looks.begins(START);
        looks.doubtful(START);
        assertThat(looks.rest(START)).isEqualTo(Duration.ofMillis(1_500));
        // it may be due before
        looks.begins(after(-29_000));
        looks.doubtful(START);
        assertThat(looks.rest(START)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void anEndThatIsKnownIsLookedAtWhenItComes() {
        looks.begins(START);
        looks.expiresIn(-1, START);
        assertThat(looks.isDue(after(29_000))).isFalse();
        looks.expiresIn(1_000, START);
        assertThat(looks.isDue(after(1_000))).isFalse();
        assertThat(looks.isDue(after(1_001))).isTrue();
        assertThat(looks.isOver(after(999))).isFalse();
        assertThat(looks.isOver(after(1_000))).isTrue();
        looks.begins(after(1_001));
        // not without a pause
        looks.expiresIn(0, after(1_001));
        assertThat(looks.rest(after(1_001))).isEqualTo(Duration.ofMillis(50));
        assertThat(looks.changed(after(1_002))).isFalse();
    }

    @Test
    void aChangeThatMayHaveSetAnEndIsFollowedByALook() {
        Looks expiring = new Looks(
                MapOptions.builder().ttl(MapTtl.absolute(Duration.ofHours(1))).build());
        for (int i = 0; i < 2; i++) {
            expiring.begins(START);
            assertThat(expiring.changed(START)).isTrue();
            assertThat(expiring.changed(START)).isFalse();
            assertThat(expiring.rest(START)).isEqualTo(Duration.ofMillis(50));
            expiring.cleared();
        }
    }

    @Test
    void aChangeByAWriterThatMayHaveSetAnEndIsFollowedByALookNowAndThen() {
        looks.begins(START);
        assertThat(looks.changed(START)).isTrue();
        assertThat(looks.changed(after(900))).isFalse();
        assertThat(looks.isDue(after(999))).isFalse();
        assertThat(looks.isDue(after(1_000))).isTrue();
        looks.begins(after(1_000));
        looks.expiresIn(-1, after(1_000));
        assertThat(looks.isDue(after(20_000))).isFalse();
    }
}
