package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What options, events and ids accept. */
class OptionsTest {
    private static Duration millis(long n) {
        return Duration.ofMillis(n);
    }

    private static Arguments sink(Consumer<SinkOptions.Builder> setting, String refusal) {
        Runnable build = () -> {
            SinkOptions.Builder builder = SinkOptions.builder();
            setting.accept(builder);
            builder.build();
        };
        return Arguments.of(build, refusal);
    }

    private static Arguments reader(Consumer<ReaderOptions.Builder> setting, String refusal) {
        Runnable build = () -> {
            ReaderOptions.Builder builder = ReaderOptions.builder();
            setting.accept(builder);
            builder.build();
        };
        return Arguments.of(build, refusal);
    }

    static Stream<Arguments> refused() {
        Duration hour = Duration.ofHours(1);
        Duration day = Duration.ofHours(24);
        return Stream.of(
                sink(o -> o.batchSize(0), "batchSize is 1 to 10000, was 0"),
                sink(o -> o.batchSize(10_001), "batchSize is 1 to 10000, was 10001"),
                sink(o -> o.concurrency(0), "concurrency is 1 to 100000, was 0"),
                sink(o -> o.concurrency(100_001), "concurrency is 1 to 100000, was 100001"),
                sink(o -> o.maxInFlight(0), "maxInFlight is 1 to 1000000, was 0"),
                sink(o -> o.maxInFlight(1_000_001), "maxInFlight is 1 to 1000000, was 1000001"),
                sink(o -> o.concurrency(5).maxInFlight(4), "maxInFlight is 5 to 1000000, was 4"),
                sink(o -> o.ackDeadline(millis(99)), "ackDeadline is PT0.1S to PT1H, was PT0.099S"),
                sink(o -> o.ackDeadline(hour.plusNanos(1)), "ackDeadline is PT0.1S to PT1H, was PT1H0.000000001S"),
                sink(o -> o.maxProcessing(millis(19_999)), "maxProcessing is PT20S to PT24H, was PT19.999S"),
                sink(o -> o.maxProcessing(day.plusMillis(1)), "maxProcessing is PT20S to PT24H, was PT24H0.001S"),
                sink(o -> o.backoff(Duration.ZERO), "backoff is PT0.001S to PT1H, was PT0S"),
                sink(o -> o.backoff(hour.plusMillis(1)), "backoff is PT0.001S to PT1H, was PT1H0.001S"),
                sink(o -> o.maxBackoff(millis(999)), "maxBackoff is PT1S to PT24H, was PT0.999S"),
                sink(o -> o.maxBackoff(day.plusMillis(1)), "maxBackoff is PT1S to PT24H, was PT24H0.001S"),
                sink(o -> o.maxDeliveries(0), "maxDeliveries is 1 to 999999, was 0"),
                sink(o -> o.maxDeliveries(1_000_000), "maxDeliveries is 1 to 999999, was 1000000"),
                sink(o -> o.blockTime(Duration.ZERO), "blockTime is PT0.001S to PT6S, was PT0S"),
                sink(o -> o.blockTime(millis(6_001)), "blockTime is PT0.001S to PT6S, was PT6.001S"),
                reader(o -> o.batchSize(0), "batchSize is 1 to 10000, was 0"),
                reader(o -> o.batchSize(10_001), "batchSize is 1 to 10000, was 10001"),
                reader(o -> o.blockTime(Duration.ZERO), "blockTime is PT0.001S to PT6S, was PT0S"),
                reader(o -> o.blockTime(millis(6_001)), "blockTime is PT0.001S to PT6S, was PT6.001S"),
                Arguments.of((Runnable) () -> Retention.maxLength(0), "maxLength is 1 or more, was 0"),
                Arguments.of(
                        (Runnable) () -> new Retention(-1, false, Retention.Unlimited.UNLIMITED),
                        "maxLength is 1 or more, or 0 for no bound, was -1"),
                Arguments.of(
                        (Runnable) () -> StartAt.at(Instant.EPOCH.minusMillis(1)),
                        "start time is 1970 or later, was 1969-12-31T23:59:59.999Z"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(Runnable build, String refusal) {
        assertThatIllegalArgumentException().isThrownBy(build::run).withMessage(refusal);
    }

    static Stream<Consumer<SinkOptions.Builder>> accepted() {
        return Stream.of(
                o -> o.batchSize(1).concurrency(1).maxInFlight(1),
                o -> o.batchSize(10_000).concurrency(100_000).maxInFlight(1_000_000),
                o -> o.ackDeadline(millis(100)).maxProcessing(millis(100)),
                o -> o.ackDeadline(Duration.ofHours(1)).maxProcessing(Duration.ofHours(24)),
                o -> o.backoff(millis(1)).maxBackoff(millis(1)),
                o -> o.backoff(Duration.ofHours(1)).maxBackoff(Duration.ofHours(24)),
                o -> o.maxDeliveries(1),
                o -> o.maxDeliveries(999_999),
                o -> o.blockTime(millis(1)),
                o -> o.blockTime(Duration.ofSeconds(6)));
    }

    @ParameterizedTest
    @MethodSource
    void accepted(Consumer<SinkOptions.Builder> bounds) {
        SinkOptions.Builder builder = SinkOptions.builder();
        bounds.accept(builder);
        assertThatNoException().isThrownBy(builder::build);
    }

    @Test
    void whatMayBeInFlightFollowsBatchAndConcurrency() {
        assertThat(SinkOptions.defaults().maxInFlight()).isEqualTo(100);
        assertThat(SinkOptions.builder().concurrency(80).build().maxInFlight()).isEqualTo(160);
        assertThat(SinkOptions.builder().batchSize(7).build().maxInFlight()).isEqualTo(7);
    }

    @Test
    void defaultsAreTheDocumentedOnes() {
        ReaderOptions reader = ReaderOptions.defaults();
        assertThat(reader)
                .isEqualTo(new ReaderOptions(
                        StartAt.newest(),
                        1_000,
                        Duration.ofSeconds(5),
                        TopicFilter.all(),
                        reader.filter(),
                        reader.listener()));
        assertThat(SinkOptions.defaults())
                .isEqualTo(new SinkOptions(
                        StartAt.oldest(),
                        100,
                        1,
                        100,
                        Duration.ofSeconds(20),
                        Duration.ofMinutes(30),
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        16,
                        Duration.ofSeconds(5),
                        TopicFilter.all(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        AckMode.AUTO,
                        SinkOptions.defaults().listener()));
        assertThat(Retention.defaults().maxLength()).isEqualTo(100_000);
        assertThat(Retention.unbounded().maxLength()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "1-", "-1", "a-1", "1-b", "1-2-3", " 1-2", "1-2 ", "18446744073709551616-0"})
    void whatIsNoEventIdIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventId.parse(text))
                .withMessage("event id is <milliseconds>-<sequence>, was \"" + text + "\"");
    }

    @Test
    void eventIdsAreUnsignedAndOrderedAsRedisOrdersThem() {
        List<String> ordered = List.of(
                "0-0", "0-1", "0-18446744073709551615", "1-0", "9223372036854775808-0", "18446744073709551615-1");
        List<EventId> ids = ordered.stream().map(EventId::parse).toList();
        assertThat(ids).isSorted().extracting(EventId::toString).containsExactlyElementsOf(ordered);
        assertThat(EventId.parse("5")).isEqualTo(new EventId(5, 0));
        assertThat(EventId.ZERO).isEqualTo(ids.getFirst());
        assertThat(EventId.parse("1700000000000-3").time()).isEqualTo(Instant.ofEpochMilli(1_700_000_000_000L));
    }

    @Test
    void anEventHasANameAndATopicOf1To512Characters() {
        assertThatNoException()
                .isThrownBy(() -> NewEvent.of("n".repeat(512), "p").withTopic("t".repeat(512)));
        for (String bad : List.of("", "n".repeat(513))) {
            assertThatIllegalArgumentException().isThrownBy(() -> NewEvent.of(bad, "p"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NewEvent.of("n", "p").withTopic(bad));
        }
    }

    @Test
    void headersHaveNamesOf1To256Bytes() {
        NewEvent<String> event = NewEvent.of("n", "p");
        assertThatNoException().isThrownBy(() -> event.withHeader("h".repeat(256), ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> event.withHeader("", "v"))
                .withMessage("header name has 1 to 256 bytes, \"\" has 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> event.withHeader("ü".repeat(129), "v"))
                .withMessageStartingWith("header name has 1 to 256 bytes")
                .withMessageEndingWith("has 258");
    }

    @Test
    void headersKeepTheirOrderAndCannotBeChanged() {
        NewEvent<String> event =
                NewEvent.of("n", "p").withHeader("z", "1").withHeader("a", "2").withHeader("z", "3");
        assertThat(event.headers()).containsExactly(Map.entry("z", "3"), Map.entry("a", "2"));
        assertThatThrownBy(() -> event.headers().put("b", "4")).isInstanceOf(UnsupportedOperationException.class);
        assertThat(event.topic()).isEqualTo(Optional.empty());
    }

    @Test
    void codecsGiveBackWhatTheyTook() throws Exception {
        byte[] raw = {0, -1, 127};
        assertThat(Codecs.bytes().decode(Codecs.bytes().encode(raw))).isEqualTo(raw);
        assertThat(Codecs.bytes().contentType()).isEmpty();
        String text = "grüße, 世界 🎉";
        assertThat(Codecs.string().decode(Codecs.string().encode(text))).isEqualTo(text);
        assertThat(Codecs.string().contentType()).contains("text/plain; charset=utf-8");
        Codec<Map> json = Codecs.json(Map.class);
        assertThat(json.decode(json.encode(Map.of("a", 1)))).isEqualTo(Map.of("a", 1));
        assertThat(json.contentType()).contains("application/json");
    }

    @Test
    void codecsRefuseWhatIsNotTheirs() {
        assertThatThrownBy(() -> Codecs.string().decode(new byte[] {(byte) 0xc3, 0x28}))
                .isInstanceOf(CharacterCodingException.class);
        assertThatThrownBy(() -> Codecs.json(Map.class).decode(new byte[] {'{'}))
                .isInstanceOf(JsonProcessingException.class);
    }
}
