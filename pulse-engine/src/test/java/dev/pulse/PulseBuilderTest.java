package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;

@RedisTest
class PulseBuilderTest {
    @PulseTest
    void eachBadSettingIsRefusedWithNameBoundAndValue() {
        for (Duration bad : List.of(Duration.ofMillis(9), Duration.ofSeconds(61), Duration.ofMillis(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.builder().connectTimeout(bad).connect())
                    .withMessage("connectTimeout is PT0.01S to PT1M, was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.builder().commandTimeout(bad).connect())
                    .withMessage("commandTimeout is PT0.01S to PT1M, was " + bad);
        }
        for (int bad : List.of(0, -1, 512 * 1024 * 1024 + 1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.builder().maxPayloadBytes(bad).connect())
                    .withMessage("maxPayloadBytes is 1 to 536870912, was " + bad);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pulse.builder().maxHeaderBytes(bad).connect())
                    .withMessage("maxHeaderBytes is 1 to 536870912, was " + bad);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pulse.builder().clientName("a b").connect())
                .withMessageContaining("clientName is 1 to 64 printable ASCII characters")
                .withMessageContaining("\"a b\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pulse.connect("mysql://h"))
                .withMessageContaining("redis://, rediss:// or embedded:");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pulse.connect("redis://h?clientName=a%20b"))
                .withMessageContaining("clientName");
    }

    @PulseTest
    void aBadSettingIsRefusedBeforeAServerIsStarted() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Pulse.builder().uri("embedded:").clientName("a/b").connect());
    }

    @PulseTest
    void theNameOfTheClientComesFromTheBuilderElseFromTheUriElseItIsPulse(TestRedis redis) {
        String uri = redis.embedded().uri();
        assertThat(nameOf(Pulse.builder().uri(uri + "?clientName=shop").clientName("till"), redis))
                .isEqualTo("pulse/till/lane");
        assertThat(nameOf(Pulse.builder().uri(uri + "?clientName=shop"), redis)).isEqualTo("pulse/shop/lane");
        assertThat(nameOf(Pulse.builder().uri(uri), redis)).isEqualTo("pulse/pulse/lane");
    }

    private static String nameOf(Pulse.Builder builder, TestRedis redis) {
        try (Pulse pulse = builder.connect();
                RespClient client = redis.client()) {
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
            String clients = client.text("CLIENT", "LIST");
            return clients.replaceAll("(?s).* name=(pulse/\\S+) .*", "$1");
        }
    }

    @PulseTest
    void aRedisThatIsNotThereIsToldWithHostAndPort(TestRedis redis) {
        try (FaultProxy proxy = FaultProxy.to(redis.embedded().port())) {
            proxy.cut();
            assertThatThrownBy(() -> Pulse.connect(proxy.uri()))
                    .isInstanceOf(RedisUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + proxy.port());
        }
    }
}
