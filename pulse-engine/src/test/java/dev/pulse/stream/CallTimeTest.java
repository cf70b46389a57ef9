package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.RedisUnavailableException;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Passage;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The command time-out is that of a call, not of each command that the call takes. */
@RedisTest
class CallTimeTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    /** Each reply is in time by itself; two of them are not. */
    private static final Duration EACH_REPLY = Duration.ofMillis(700);

    private interface Use {
        void on(EventStream<String> stream, EventId letter) throws Exception;
    }

    /** A call that takes several commands, and a stream that the handle knows nothing of yet. */
    private record Call(String what, Pulse pulse, String stream, EventId letter, Use use) {
        void requireEndInTime() {
            try (pulse) {
                assertThatThrownBy(() -> use.on(pulse.stream(stream, Codecs.string()), letter))
                        .as(what)
                        .isInstanceOfAny(RedisUnavailableException.class, OutcomeUnknownException.class);
            }
        }
    }

    @PulseTest
    void callsOfSeveralCommandsHaveOneCommandTimeout(TestRedis redis, Prefix prefix) throws Exception {
        try (FaultProxy way = FaultProxy.to(redis.uri());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Call> calls = new ArrayList<>();
            try (Pulse pulse = Pulse.connect(redis.uri())) {
                uses().forEach((what, use) -> {
                    String name = prefix.name(what);
                    calls.add(new Call(what, connect(way), name, deadLetter(pulse, name), use));
                });
            }
            way.passReplies(Passage.delayed(EACH_REPLY));
            List<? extends Future<?>> ends = calls.stream()
                    .map(call -> threads.submit(call::requireEndInTime))
                    .toList();
            for (Future<?> end : ends) {
                end.get();
            }
        }
    }

    @PulseTest
    void sinkAddsAStreamWithinOneCommandTimeout(TestRedis redis, Prefix prefix) throws Exception {
        try (FaultProxy way = FaultProxy.to(redis.uri());
                Pulse pulse = connect(way)) {
            Sink<String> sink =
                    pulse.stream(prefix.name("first"), Codecs.string()).sink("bill", SinkOptions.defaults());
            way.passReplies(Passage.delayed(EACH_REPLY));
            assertThatThrownBy(
                            () -> sink.addStream(pulse.stream(prefix.name("other"), Codecs.string()), StartAt.oldest()))
                    .isInstanceOfAny(RedisUnavailableException.class, OutcomeUnknownException.class);
            assertThat(sink.streams()).containsExactly(prefix.name("first"));
            way.passReplies(Passage.free());
        }
    }

    private static Map<String, Use> uses() {
        NewEvent<String> event = NewEvent.of("placed", "2");
        return Map.ofEntries(
                use("add", (stream, letter) -> stream.add(event)),
                use("addIfExists", (stream, letter) -> stream.addIfExists(event)),
                use("addOnce", (stream, letter) -> stream.addOnce("key", Once.DEFAULT_WINDOW, event)),
                use("addAll", (stream, letter) -> stream.addAll(List.of(event))),
                use("snapshot", (stream, letter) -> stream.snapshot()),
                use("remove", (stream, letter) -> stream.remove(List.of(letter))),
                use("figures", (stream, letter) -> stream.figures()),
                use("changeRetention", (stream, letter) -> stream.changeRetention(Retention.unbounded())),
                use("destroy", (stream, letter) -> stream.destroy()),
                use("sink", (stream, letter) -> stream.sink("late", SinkOptions.defaults())),
                use("reader", (stream, letter) -> stream.reader(ReaderOptions.defaults())),
                use("count", (stream, letter) -> stream.deadLetters().count()),
                use("list", (stream, letter) -> stream.deadLetters().list(1)),
                use("replay", (stream, letter) -> stream.deadLetters().replay(letter)),
                use("replayAsNew", (stream, letter) -> stream.deadLetters().replayAsNew(letter)));
    }

    private static Map.Entry<String, Use> use(String what, Use use) {
        return Map.entry(what, use);
    }

    private static Pulse connect(FaultProxy way) {
        return Pulse.builder().uri(way.uri()).commandTimeout(TIMEOUT).connect();
    }

    private static EventId deadLetter(Pulse pulse, String name) {
        try {
            EventStream<String> stream = pulse.stream(name, Codecs.string());
            stream.add("placed", "1");
            try (Sink<String> sink = stream.sink("bill", SinkOptions.defaults())) {
                sink.poll(1, Duration.ofSeconds(30)).getFirst().deadLetter("no such customer");
            }
            return stream.deadLetters().list(1).getFirst().id();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
