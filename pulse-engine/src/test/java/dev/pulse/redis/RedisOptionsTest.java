package dev.pulse.redis;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisOptionsTest {
    private static final RedisUri URI = RedisUri.parse("redis://h");
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void timeoutsAre10MillisecondsTo1Minute() {
        for (Duration good : new Duration[] {Duration.ofMillis(10), Duration.ofMinutes(1)}) {
            assertThatNoException().isThrownBy(() -> new RedisOptions(URI, "a", good, good));
        }
        for (Duration bad : new Duration[] {
            Duration.ZERO,
            SECOND.negated(),
            Duration.ofMillis(10).minusNanos(1),
            Duration.ofMinutes(1).plusNanos(1)
        }) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RedisOptions(URI, "a", bad, SECOND))
                    .withMessage("connectTimeout is PT0.01S to PT1M, was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new RedisOptions(URI, "a", SECOND, bad))
                    .withMessage("commandTimeout is PT0.01S to PT1M, was " + bad);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ü", "a\n"})
    void aClientNameThatWouldBreakTheListOfClientsIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RedisOptions(URI, name, SECOND, SECOND))
                .withMessageContaining("clientName is 1 to 64 printable ASCII characters")
                .withMessageContaining("\"" + name + "\"");
    }

    @Test
    void aClientNameHasAtMost64Characters() {
        assertThatNoException().isThrownBy(() -> new RedisOptions(URI, "x".repeat(64), SECOND, SECOND));
        assertThatIllegalArgumentException().isThrownBy(() -> new RedisOptions(URI, "x".repeat(65), SECOND, SECOND));
    }
}
