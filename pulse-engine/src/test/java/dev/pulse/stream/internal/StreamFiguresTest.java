package dev.pulse.stream.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StreamFigures;
import dev.pulse.task.Signals;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.StreamKeys;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What is told of a stream and of its sinks. */
@RedisTest(shared = true)
class StreamFiguresTest {
    private Pulse pulse;
    private RespClient raw;
    private EventStream<String> stream;
    private boolean lagKnown;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        pulse = Pulse.connect(redis.uri());
        raw = redis.client();
        stream = pulse.stream(prefix.name("orders"), Codecs.string(), Retention.maxLength(100));
        lagKnown = !raw.text("INFO", "server").contains("redis_version:6");
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    @PulseTest
    void streamThatIsNotThereHasNothingAndIsNotMade() throws InterruptedException {
        StreamFigures figures = stream.figures();
        assertThat(figures.length()).isZero();
        assertThat(figures.first()).isEmpty();
        assertThat(figures.last()).isEmpty();
        assertThat(figures.groups()).isEmpty();
        assertThat(raw.list("KEYS", "pulse:stream:" + stream.name() + "*")).isEmpty();
    }

    @PulseTest
    void figuresTellWhatIsHeldAndHowFarSinksAre() throws InterruptedException {
        List<EventId> ids = add(120);
        try (Sink<String> mails = stream.sink("mails", SinkOptions.defaults());
                Sink<String> audit = stream.sink("audit", SinkOptions.defaults())) {
            assertThat(mails.poll(30, Duration.ofSeconds(5))).hasSize(30);
            StreamFigures figures = stream.figures();
            assertThat(figures.incarnation()).isEqualTo(1);
            assertThat(figures.length()).isEqualTo(100);
            assertThat(figures.maxLength()).isEqualTo(100);
            assertThat(figures.first()).contains(ids.get(20));
            assertThat(figures.last()).contains(ids.get(119));
            assertThat(figures.groups())
                    .containsExactly(
                            new StreamFigures.Group(audit.name(), 0, lag(100)),
                            new StreamFigures.Group(mails.name(), 30, lag(70)));
        }
    }

    @PulseTest
    void sinkThatLagsBehindFourFifthsOfTheBoundShowsInHealth(TestRedis redis) throws InterruptedException {
        assumeTrue(lagKnown, "before 7.0 Redis tells no lag");
        Incarnation incarnation = new Incarnation(
                stream.name(), false, new StreamKeys(stream.name(), 1), Contract.of(Retention.maxLength(100)));
        Signals signals = new Signals(event -> {});
        Member member = new Member(incarnation, "mails", "none");
        Redis own = Redis.open(
                new RedisOptions(RedisUri.parse(redis.uri()), "test", Duration.ofSeconds(2), Duration.ofSeconds(5)),
                signals);
        SinkReports reports = new SinkReports(
                new StreamRecord(own, stream.name(), Optional.empty()), signals, new SinkCounters(), "mails");
        try (Sink<String> mails = stream.sink("mails", SinkOptions.defaults());
                LagWatch watch = new LagWatch(own, signals, member, reports)) {
            add(80);
            watch.check(false);
            assertThat(signals.health().status()).isEqualTo(Health.Status.UP);
            add(1);
            watch.check(false);
            assertThat(signals.health().status()).isEqualTo(Health.Status.DEGRADED);
            assertThat(signals.health().why())
                    .isEqualTo("sink " + stream.name() + "/mails lag: 81 events are not delivered yet, of 100 that the"
                            + " stream keeps at most: what is trimmed before is lost to this sink");
            mails.poll(10, Duration.ofSeconds(5));
            watch.check(false);
            assertThat(signals.health().status()).isEqualTo(Health.Status.DEGRADED);
            mails.poll(10, Duration.ofSeconds(5));
            watch.check(false);
            assertThat(signals.health().status()).isEqualTo(Health.Status.UP);
        } finally {
            own.close(System.nanoTime() + Duration.ofSeconds(1).toNanos());
        }
    }

    private OptionalLong lag(long lag) {
        return lagKnown ? OptionalLong.of(lag) : OptionalLong.empty();
    }

    private List<EventId> add(int count) throws InterruptedException {
        return stream.addAll(IntStream.range(0, count)
                .mapToObj(n -> NewEvent.of("e", Integer.toString(n)))
                .toList());
    }
}
