package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void defaultIsTheNewest100000ExactlyAndForEver() {
        assertThat(Retention.defaults()).isEqualTo(Retention.maxLength(100_000));
        assertThat(Retention.defaults().approximate()).isFalse();
        assertThat(Retention.defaults().lifetime()).isEqualTo(Retention.Unlimited.UNLIMITED);
        assertThat(Retention.builder().build()).isEqualTo(Retention.defaults());
        assertThat(Retention.unbounded().maxLength()).isZero();
    }

    @Test
    void withersAndBuilderSayTheSame() {
        Instant deadline = Instant.now().plus(HOUR);
        assertThat(Retention.maxLength(5).withTtl(HOUR))
                .isEqualTo(Retention.builder().maxLength(5).ttl(HOUR).build())
                .extracting(Retention::lifetime)
                .isEqualTo(new Retention.Ttl(HOUR, false));
        assertThat(Retention.unbounded().withSlidingTtl(HOUR))
                .isEqualTo(Retention.builder().unbounded().slidingTtl(HOUR).build())
                .extracting(Retention::lifetime)
                .isEqualTo(new Retention.Ttl(HOUR, true));
        assertThat(Retention.defaults().withDeadline(deadline).withApproximateTrimming())
                .isEqualTo(Retention.builder()
                        .approximateTrimming(true)
                        .deadline(deadline)
                        .build());
    }

    @Test
    void timesAreInWholeMilliseconds() {
        Instant deadline = Instant.parse("2999-01-01T00:00:00.123456Z");
        assertThat(Retention.defaults().withTtl(Duration.ofNanos(1_999_999)))
                .isEqualTo(Retention.defaults().withTtl(Duration.ofMillis(1)));
        assertThat(Retention.defaults().withDeadline(deadline).lifetime())
                .isEqualTo(new Retention.Deadline(Instant.parse("2999-01-01T00:00:00.123Z")));
    }

    @Test
    void everyBoundIsNamedWithTheValue() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.maxLength(0))
                .withMessage("maxLength is 1 or more, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Retention(-1, false, Retention.Unlimited.UNLIMITED))
                .withMessageContaining("was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.defaults().withTtl(Duration.ofNanos(999_999)))
                .withMessage("ttl is PT0.001S to PT876000H, was PT0.000999999S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.defaults().withSlidingTtl(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.defaults().withDeadline(Instant.MAX))
                .withMessageContaining("9999-12-31");
        assertThatIllegalArgumentException().isThrownBy(() -> new Retention.Deadline(Instant.EPOCH));
    }

    @Test
    void deadlineLiesInTheFutureWhenStated() {
        Instant past = Instant.now().minusMillis(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.defaults().withDeadline(past))
                .withMessageContaining("future")
                .withMessageContaining(past.toString());
    }

    @Test
    void timeToLiveAndDeadlineExcludeEachOther() {
        Instant deadline = Instant.now().plus(HOUR);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.builder().ttl(HOUR).deadline(deadline))
                .withMessageContaining("one of ttl, sliding ttl and deadline");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.defaults().withDeadline(deadline).withSlidingTtl(HOUR));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.builder().ttl(HOUR).slidingTtl(HOUR));
    }

    @Test
    void approximateTrimmingNeedsABound() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.unbounded().withApproximateTrimming())
                .withMessageContaining("unbounded");
    }
}
