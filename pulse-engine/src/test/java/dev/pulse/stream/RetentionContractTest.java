package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.StreamConfigException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a stream keeps: written as Go writes it, adopted, refused, enforced, and changed. */
@RedisTest
class RetentionContractTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final String DEFAULTS = "v=2|max=100000|mode=none|value=0|sliding=false";

    private Pulse pulse;
    private RespClient raw;
    private RawStream redis;

    @BeforeEach
    void open(TestRedis server, Prefix prefix) {
        pulse = Pulse.connect(server.uri());
        raw = server.client();
        redis = new RawStream(raw, prefix.name("s"));
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void recordIsByteForByteThatOfGo() throws InterruptedException {
        assertThat(written(Retention.maxLength(1_000))).isEqualTo(golden("default"));
        assertThat(written(Retention.maxLength(50_000))).isEqualTo(golden("maximum 50000"));
        assertThat(written(Retention.unbounded())).isEqualTo(golden("unbounded"));
        assertThat(written(Retention.maxLength(1_000).withSlidingTtl(HOUR)))
                .isEqualTo(golden("sliding TTL 1 h (and field ttl_owned=1)"));
        assertThat(redis.record()).containsEntry("ttl_owned", "1").doesNotContainKeys("deadline_ms", "approximate");

        long deadline = System.currentTimeMillis() + 3_600_000;
        String ofGo = golden("deadline, max 10 (and field deadline_ms=1795387831713)");
        assertThat(written(Retention.maxLength(10).withDeadline(Instant.ofEpochMilli(deadline))))
                .isEqualTo(ofGo.replace("1795387831713", Long.toString(deadline)));
        assertThat(redis.record())
                .containsEntry("deadline_ms", Long.toString(deadline))
                .doesNotContainKeys("ttl_owned", "approximate");
    }

    /** The retention config of a new stream with this wish. */
    private String written(Retention wish) throws InterruptedException {
        raw.call("FLUSHALL");
        stream(wish).add("e", "x");
        return Objects.requireNonNull(redis.retentionConfig());
    }

    private static String golden(String example) {
        return RawStream.golden("/retention_config_examples").required(example).textValue();
    }

    @PulseTest
    void timeToLiveOf1MsIsKeptToTheMillisecond() throws InterruptedException {
        EventStream<String> stream = stream(Retention.defaults().withTtl(Duration.ofMillis(1)));
        stream.add("e", "x");
        awaitThat(() -> assertThat(redis.pttl(redis.flat())).isEqualTo(-2));
        assertThat(redis.retentionConfig()).isEqualTo("v=2|max=100000|mode=ttl|value=1|sliding=false");
        // all its events went, and it goes on
        assertThat(stream.add("e", "y")).isNotNull();
    }

    @PulseTest
    void absoluteTimeToLiveIsSetByWhoMakesTheKeyAndNeverProlonged() throws InterruptedException {
        EventStream<String> stream = stream(Retention.defaults().withTtl(HOUR));
        stream.add("e", "x");
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
        raw.call("PEXPIRE", redis.flat(), "60000");
        stream.add("e", "y");
        stream.addIfExists(NewEvent.of("e", "z"));
        stream.addAll(numbered(3));
        assertThat(redis.pttl(redis.flat())).isBetween(1L, 60_000L);
    }

    @PulseTest
    void sinkThatMakesTheKeySetsItsEndToo() throws InterruptedException {
        Instant deadline = Instant.now().plus(HOUR);
        stream(Retention.defaults().withDeadline(deadline))
                .sink("k", SinkOptions.defaults())
                .close();
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
    }

    @PulseTest
    void slidingTimeToLiveBeginsAnewAlsoWithWhatIsAddedIfThereIsAStream() throws InterruptedException {
        EventStream<String> stream = stream(Retention.defaults().withSlidingTtl(HOUR));
        stream.add("e", "x");
        raw.call("PEXPIRE", redis.flat(), "60000");
        stream.addIfExists(NewEvent.of("e", "y"));
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
        raw.call("PEXPIRE", redis.flat(), "60000");
        stream.addOnce("key", HOUR, NewEvent.of("e", "z"));
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
    }

    @PulseTest
    void nothingIsAddedAfterTheDeadline() throws InterruptedException {
        Instant deadline = Instant.now().plusSeconds(3);
        EventStream<String> stream = stream(Retention.defaults().withDeadline(deadline));
        stream.add("e", "x");
        await().until(() -> stream.addIfExists(NewEvent.of("e", "y")).isEmpty());
        refusedAfterDeadline(() -> stream.add("e", "z"));
        refusedAfterDeadline(() -> stream.addAll(numbered(2)));
        refusedAfterDeadline(() -> stream.addOnce("key", HOUR, NewEvent.of("e", "z")));
        refusedAfterDeadline(() -> stream.changeRetention(Retention.defaults()));
        // Redis lets a key live through the millisecond of its end
        await().until(() -> stream.snapshot().isEmpty());
        // also when Redis lost everything: it is not written down again
        raw.call("FLUSHALL");
        refusedAfterDeadline(() -> stream.add("e", "z"));
        assertThat(redis.keys()).isEmpty();
    }

    @PulseTest
    void wishForADeadlineThatHasPassedMakesNothing() throws InterruptedException {
        Instant wished = Instant.now().plusSeconds(1);
        EventStream<String> stream = stream(Retention.defaults().withDeadline(wished));
        await().until(() -> Instant.now().isAfter(wished));
        refusedAfterDeadline(() -> stream.add("e", "x"));
        refusedAfterDeadline(() -> stream.sink("k", SinkOptions.defaults()));
        refusedAfterDeadline(() -> stream.addOnce("key", HOUR, NewEvent.of("e", "x")));
        assertThat(redis.keys()).isEmpty();
        redis.write(1, "destroyed", DEFAULTS);
        refusedAfterDeadline(() -> stream.add("e", "x"));
        assertThat(redis.record()).containsEntry("generation", "1").containsEntry("state", "destroyed");
    }

    @PulseTest
    void contractThatAHandleWithoutWishesWroteIsLoggedAndAnAdoptedOneIsNot() throws InterruptedException {
        pulse.stream(redis.name(), Codecs.string()).add("e", "makes it");
        pulse.stream(redis.name(), Codecs.string()).add("e", "adopts it");
        assertThat(LogLines.infos("stream=" + redis.name() + " "))
                .singleElement()
                .asString()
                .endsWith("incarnation=1 state=made" + " retention=\"v=2|max=100000|mode=none|value=0|sliding=false\"");
    }

    private static void refusedAfterDeadline(ThrowingRunnable call) {
        assertThatThrownBy(call::run).isInstanceOf(StreamConfigException.class).hasMessageContaining("deadline");
    }

    @PulseTest
    void handleWithoutWishAdoptsAndOneThatDiffersIsRefusedNamingBoth() throws InterruptedException {
        stream(Retention.maxLength(3).withTtl(HOUR)).add("e", "x");
        EventStream<String> adopting = pulse.stream(redis.name(), Codecs.string());
        adopting.addAll(numbered(9));
        assertThat(redis.length(redis.flat())).isEqualTo(3);
        stream(Retention.maxLength(3).withTtl(HOUR)).add("e", "same wish");
        for (Retention other : List.of(
                Retention.maxLength(4).withTtl(HOUR),
                Retention.maxLength(3).withSlidingTtl(HOUR),
                Retention.maxLength(3).withTtl(HOUR).withApproximateTrimming(),
                Retention.maxLength(3),
                Retention.maxLength(3).withDeadline(Instant.now().plus(HOUR)))) {
            assertThatThrownBy(() -> stream(other).add("e", "y"))
                    .isInstanceOf(StreamConfigException.class)
                    .hasMessageContaining("keeps \"v=2|max=3|mode=ttl|value=3600000|sliding=false\"")
                    .hasMessageContaining("wish for \"v=2|max=");
            assertThatThrownBy(() -> stream(other).snapshot()).isInstanceOf(StreamConfigException.class);
            assertThatThrownBy(() -> stream(other).addIfExists(NewEvent.of("e", "y")))
                    .isInstanceOf(StreamConfigException.class);
            assertThatThrownBy(() -> stream(other).addOnce("key", HOUR, NewEvent.of("e", "y")))
                    .isInstanceOf(StreamConfigException.class);
        }
    }

    @PulseTest
    void approximateTrimmingIsAFieldThatGoIgnores() throws InterruptedException {
        EventStream<String> stream = stream(Retention.maxLength(10).withApproximateTrimming());
        assertThat(greatestLength(stream)).isBetween(11L, 200L);
        assertThat(redis.record())
                .containsEntry("retention_config", "v=2|max=10|mode=none|value=0|sliding=false")
                .containsEntry("approximate", "1");
        assertThat(greatestLength(pulse.stream(redis.name(), Codecs.string()))).isBetween(11L, 200L);
        assertThatThrownBy(() -> stream(Retention.maxLength(10)).add("e", "x"))
                .isInstanceOf(StreamConfigException.class)
                .hasMessageContaining("keeps \"v=2|max=10|mode=none|value=0|sliding=false|trim=approximate\"");
        try (Reader<String> reader =
                stream(Retention.maxLength(10).withApproximateTrimming()).reader(ReaderOptions.defaults())) {
            assertThat(reader.poll(1, Duration.ZERO)).isEmpty();
        }
    }

    @PulseTest
    void approximateTrimmingEndsWithItsIncarnation() throws InterruptedException {
        EventStream<String> stream = stream(Retention.maxLength(10).withApproximateTrimming());
        stream.add("e", "x");
        // as Go destroys and makes anew: it leaves fields alone that it does not know
        raw.call("UNLINK", redis.flat());
        redis.write(2, "active", "v=2|max=10|mode=none|value=0|sliding=false");
        assertThat(redis.record()).containsEntry("approximate", "1");
        stream(Retention.maxLength(10)).addAll(numbered(300));
        assertThat(redis.length(redis.physical(2))).isEqualTo(10);
    }

    @PulseTest
    void approximateTrimmingOutlivesALossOfState() throws InterruptedException {
        EventStream<String> stream = stream(Retention.maxLength(10).withApproximateTrimming());
        stream.add("e", "x");
        Map<String, String> before = redis.record();
        raw.call("FLUSHALL");
        stream.add("e", "y");
        assertThat(redis.record()).isEqualTo(before);
    }

    @PulseTest
    void streamOfV16GetsTheEndThatIsWishedFor() throws InterruptedException {
        raw.call("XADD", redis.flat(), "*", "n", "old", "p", "1");
        stream(Retention.defaults().withTtl(HOUR)).add("e", "x");
        assertThat(redis.length(redis.flat())).isEqualTo(2);
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
    }

    @PulseTest
    void keyThatSomebodyMadeAgainWithoutAnEndGetsOne() throws InterruptedException {
        EventStream<String> stream = stream(Retention.defaults().withTtl(HOUR));
        stream.add("e", "x");
        raw.call("PERSIST", redis.flat());
        awaitThat(() -> {
            stream.add("e", "y");
            assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
        });
    }

    @PulseTest
    void changeTrimsAtOnceAndIsWrittenDown() throws InterruptedException {
        EventStream<String> stream = pulse.stream(redis.name(), Codecs.string());
        stream.addAll(numbered(50));
        stream.changeRetention(Retention.maxLength(7));
        assertThat(redis.length(redis.flat())).isEqualTo(7);
        assertThat(redis.retentionConfig()).isEqualTo("v=2|max=7|mode=none|value=0|sliding=false");
        stream.addAll(numbered(20));
        assertThat(redis.length(redis.flat())).isEqualTo(7);
        stream.changeRetention(Retention.unbounded());
        stream.addAll(numbered(20));
        assertThat(redis.length(redis.flat())).isEqualTo(27);
    }

    @PulseTest
    void changeSetsAndTakesOffTheEndOfTheKey() throws InterruptedException {
        EventStream<String> stream = pulse.stream(redis.name(), Codecs.string());
        stream.add("e", "x");
        stream.changeRetention(Retention.defaults().withTtl(HOUR));
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
        assertThat(redis.record()).containsEntry("ttl_owned", "1");
        stream.changeRetention(Retention.defaults());
        assertThat(redis.pttl(redis.flat())).isEqualTo(-1);
        assertThat(redis.record()).doesNotContainKey("ttl_owned");
        Instant deadline = Instant.now().plus(HOUR);
        stream.changeRetention(Retention.defaults().withDeadline(deadline));
        assertThat(redis.pttl(redis.flat())).isBetween(3_500_000L, 3_600_000L);
        assertThat(redis.record()).containsEntry("deadline_ms", Long.toString(deadline.toEpochMilli()));
        stream.changeRetention(Retention.defaults().withSlidingTtl(Duration.ofMinutes(1)));
        assertThat(redis.pttl(redis.flat())).isBetween(1L, 60_000L);
        assertThat(redis.record()).containsEntry("ttl_owned", "1").doesNotContainKey("deadline_ms");
        assertThat(redis.length(redis.flat())).isEqualTo(1);
    }

    @PulseTest
    void sameRetentionAgainChangesNothing() throws InterruptedException {
        EventStream<String> stream = stream(Retention.defaults().withTtl(HOUR));
        stream.add("e", "x");
        raw.call("PEXPIRE", redis.flat(), "60000");
        stream.changeRetention(Retention.defaults().withTtl(HOUR));
        assertThat(redis.pttl(redis.flat())).isBetween(1L, 60_000L);
    }

    @PulseTest
    void otherHandlesAdoptTheChangeThoughTheyWishedForSomethingElse() throws InterruptedException {
        EventStream<String> wishing = stream(Retention.maxLength(100));
        EventStream<String> adopting = pulse.stream(redis.name(), Codecs.string());
        wishing.addAll(numbered(50));
        adopting.add("e", "x");
        try (Reader<String> reader = wishing.reader(ReaderOptions.defaults());
                Sink<String> sink = wishing.sink("k", SinkOptions.defaults())) {
            pulse.stream(redis.name(), Codecs.string()).changeRetention(Retention.maxLength(5));
            for (EventStream<String> handle : List.of(wishing, adopting)) {
                awaitThat(() -> {
                    handle.addAll(numbered(20));
                    assertThat(redis.length(redis.flat())).isEqualTo(5);
                });
            }
            assertThat(reader.poll(1, HOUR)).hasSize(1);
            assertThat(sink.poll(1, HOUR)).hasSize(1);
        }
        // and once Redis lost it, they write down what holds now
        raw.call("FLUSHALL");
        wishing.add("e", "y");
        assertThat(redis.retentionConfig()).isEqualTo("v=2|max=5|mode=none|value=0|sliding=false");
    }

    @PulseTest
    void approximateTrimmingCanBeSwitchedBehindGosBack() throws InterruptedException {
        EventStream<String> stream = stream(Retention.maxLength(10));
        stream.addAll(numbered(50));
        stream.changeRetention(Retention.maxLength(10).withApproximateTrimming());
        assertThat(redis.retentionConfig()).isEqualTo("v=2|max=10|mode=none|value=0|sliding=false");
        assertThat(redis.record()).containsEntry("approximate", "1");
        assertThat(greatestLength(stream)).isBetween(11L, 200L);
        stream.changeRetention(Retention.maxLength(10));
        assertThat(redis.record()).doesNotContainKey("approximate");
        assertThat(redis.length(redis.flat())).isEqualTo(10);
    }

    @PulseTest
    void changeMakesAStreamWhereThereIsNone() throws InterruptedException {
        stream(Retention.maxLength(9)).changeRetention(Retention.maxLength(4));
        assertThat(redis.record()).containsEntry("generation", "1").containsEntry("state", "active");
        assertThat(redis.retentionConfig()).isEqualTo("v=2|max=4|mode=none|value=0|sliding=false");
    }

    @PulseTest
    void changeOfADestroyedIncarnationIsRefused() throws InterruptedException {
        EventStream<String> stream = pulse.stream(redis.name(), Codecs.string());
        stream.add("e", "x");
        pulse.stream(redis.name()).destroy();
        assertThatThrownBy(() -> stream.changeRetention(Retention.maxLength(4)))
                .isInstanceOf(StreamDestroyedException.class);
        assertThat(redis.retentionConfig()).isEqualTo(DEFAULTS);
    }

    @PulseTest
    void whatWasAddedOnceIsKnownAfterAChangeFromAndToADeadline() throws InterruptedException {
        EventStream<String> stream = pulse.stream(redis.name(), Codecs.string());
        Once free = stream.addOnce("free", HOUR, NewEvent.of("e", "x"));
        stream.changeRetention(Retention.defaults().withDeadline(Instant.now().plus(HOUR)));
        Once bound = stream.addOnce("bound", HOUR, NewEvent.of("e", "y"));
        assertThat(redis.pttl(redis.owned(1, "once"))).isBetween(3_500_000L, 3_600_000L);
        assertThat(stream.addOnce("free", HOUR, NewEvent.of("e", "x"))).isEqualTo(new Once(free.id(), false));
        stream.changeRetention(Retention.defaults());
        assertThat(redis.pttl(redis.owned(1, "once"))).isEqualTo(-1);
        assertThat(redis.pttl(redis.owned(1, "resources"))).isEqualTo(-1);
        assertThat(redis.pttl(redis.owned(1, "idempotency")))
                .isGreaterThan(Once.LONGEST_WINDOW.minus(HOUR).toMillis());
        assertThat(stream.addOnce("bound", HOUR, NewEvent.of("e", "y"))).isEqualTo(new Once(bound.id(), false));
        assertThat(stream.addOnce("free", HOUR, NewEvent.of("e", "x"))).isEqualTo(new Once(free.id(), false));
        assertThat(redis.length(redis.flat())).isEqualTo(2);
    }

    /** Whole nodes of up to 100 entries are trimmed, so now and then the length is exactly the bound. */
    private long greatestLength(EventStream<String> stream) throws InterruptedException {
        long greatest = 0;
        for (int i = 0; i < 30; i++) {
            stream.addAll(numbered(7));
            greatest = Math.max(greatest, redis.length(redis.flat()));
        }
        return greatest;
    }

    private EventStream<String> stream(Retention wish) {
        return pulse.stream(redis.name(), Codecs.string(), wish);
    }

    private static List<NewEvent<String>> numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList();
    }

    private static void awaitThat(ThrowingRunnable assertion) {
        await().pollInterval(Duration.ofMillis(20)).untilAsserted(assertion::run);
    }
}
