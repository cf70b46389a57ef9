package dev.pulse.stream;

import static dev.pulse.faults.Promise.P12;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;

/**
 * Everything that can be called is called twice, from a handler, while all closes and after it, and while Redis is away:
 * each call returns in time, and what it throws is one of ours.
 */
@RedisTest
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Attacks(P12)
class LifecycleTest {
    /** Far beyond what any call may take; only one that hangs takes so long. */
    private static final Duration IN_TIME = Duration.ofSeconds(60);

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final NewEvent<String> EVENT = NewEvent.of("placed", "2");

    /** A call, and the objects it is made on. */
    private interface Use {
        void of(Scene scene) throws Exception;
    }

    /** What cannot be answered without Redis. */
    private static final Set<String> NEED_REDIS = Set.of(
            "add",
            "addIfExists",
            "addOnce",
            "addAll",
            "snapshot",
            "remove",
            "changeRetention",
            "figures",
            "destroy",
            "newReader",
            "newSink",
            "deadLetters.count",
            "deadLetters.list",
            "deadLetters.replay",
            "deadLetters.replayAsNew",
            "reader.poll",
            "reader.addStream",
            "sink.addStream",
            "delivery.ack");

    private static final Map<String, Use> USES = uses();

    private static Map<String, Use> uses() {
        Map<String, Use> uses = new LinkedHashMap<>();
        uses.put("name", s -> s.stream.name());
        uses.put("add", s -> s.stream.add(EVENT));
        uses.put("addIfExists", s -> s.stream.addIfExists(EVENT));
        uses.put("addOnce", s -> s.stream.addOnce("key", Once.DEFAULT_WINDOW, EVENT));
        uses.put("addAll", s -> s.stream.addAll(List.of(EVENT, EVENT)));
        uses.put("snapshot", s -> s.stream.snapshot());
        uses.put("remove", s -> s.stream.remove(List.of(EventId.ZERO)));
        uses.put("changeRetention", s -> s.stream.changeRetention(Retention.unbounded()));
        uses.put("figures", s -> s.stream.figures());
        uses.put("destroy", s -> s.stream.destroy());
        uses.put("newReader", s -> s.stream.reader(ReaderOptions.defaults()));
        uses.put("newSink", s -> s.stream.sink("other", SinkOptions.defaults()));
        uses.put("deadLetters.count", s -> s.stream.deadLetters().count());
        uses.put("deadLetters.list", s -> s.stream.deadLetters().list(1));
        uses.put("deadLetters.replay", s -> s.stream.deadLetters().replay(EventId.ZERO));
        uses.put("deadLetters.replayAsNew", s -> s.stream.deadLetters().replayAsNew(EventId.ZERO));
        uses.put("reader.poll", s -> s.reader.poll(1, SHORT));
        uses.put("reader.consume", s -> s.reader.consume(event -> {}));
        uses.put("reader.addStream", s -> s.reader.addStream(s.other, StartAt.newest()));
        uses.put("reader.removeStream", s -> s.reader.removeStream(s.stream.name()));
        uses.put("reader.streams", s -> s.reader.streams());
        uses.put("reader.cursor", s -> s.reader.cursor());
        uses.put("reader.cursorOfOne", s -> s.reader.cursor(s.stream.name()));
        uses.put("reader.close", s -> s.reader.close());
        uses.put("sink.name", s -> s.sink.name());
        uses.put("sink.consumer", s -> s.sink.consumer());
        uses.put("sink.poll", s -> s.sink.poll(1, SHORT));
        uses.put("sink.consume", s -> s.sink.consume(event -> {}));
        uses.put("sink.consumeManually", s -> s.sink.consumeManually(delivery -> {}));
        uses.put("sink.addStream", s -> s.sink.addStream(s.other, StartAt.oldest()));
        uses.put("sink.removeStream", s -> s.sink.removeStream(s.stream.name()));
        uses.put("sink.streams", s -> s.sink.streams());
        uses.put("sink.figures", s -> s.sink.figures());
        uses.put("sink.closeAtOnce", s -> s.sink.close(Duration.ZERO));
        uses.put("sink.close", s -> s.sink.close());
        uses.put("delivery.event", s -> s.delivery.event());
        uses.put("delivery.attempt", s -> s.delivery.attempt());
        uses.put("delivery.fencingToken", s -> s.delivery.fencingToken());
        uses.put("delivery.ack", s -> s.delivery.ack());
        uses.put("delivery.ackLater", s -> s.delivery.ackLater());
        uses.put("delivery.nack", s -> s.delivery.nack());
        uses.put("delivery.nackAtOnce", s -> s.delivery.nack(Duration.ZERO));
        uses.put("delivery.deadLetter", s -> s.delivery.deadLetter("on purpose"));
        uses.put("delivery.leaseHeld", s -> s.delivery.leaseHeld());
        uses.put("consumption.stop", s -> s.consumption.stop());
        uses.put("consumption.closeAtOnce", s -> s.consumption.close(Duration.ZERO));
        uses.put("consumption.close", s -> s.consumption.close());
        uses.put("consumption.isFinished", s -> s.consumption.isFinished());
        uses.put("pulse.stream", s -> s.pulse.stream("orders"));
        uses.put("pulse.health", s -> s.pulse.health());
        uses.put("pulse.closeAtOnce", s -> s.pulse.close(Duration.ZERO));
        uses.put("pulse.close", s -> s.pulse.close());
        return uses;
    }

    /** All there is of one engine: a reader, a sink with a delivery in its user's hands, and a consumption beside them. */
    private static final class Scene implements AutoCloseable {
        final Pulse pulse;
        final EventStream<String> stream;
        final EventStream<String> other;
        Reader<String> reader;
        Sink<String> sink;
        Delivery<String> delivery;
        Consumption consumption;

        Scene(String uri, String name) throws InterruptedException {
            pulse = Pulse.builder().uri(uri).commandTimeout(COMMAND_TIMEOUT).connect();
            stream = pulse.stream(name, Codecs.string());
            other = pulse.stream(name + "-other", Codecs.string());
            stream.add("placed", "1");
            other.add("placed", "1");
            sink = stream.sink("bill", SinkOptions.defaults());
            delivery = sink.poll(1, IN_TIME).getFirst();
            reader = stream.reader(oldest());
            consumption = other.sink("mails", SinkOptions.defaults()).consume(event -> {});
        }

        /** Has the handler of a reader of this scene make the call, on itself where it is one on a reader. */
        Future<?> fromReader(Use use) {
            CompletableFuture<Void> called = new CompletableFuture<>();
            CompletableFuture<Consumption> own = new CompletableFuture<>();
            own.complete(reader.consume(event -> {
                consumption = own.join();
                complete(called, use);
            }));
            return called;
        }

        /** The same for the handler of a sink, with its own delivery. */
        Future<?> fromSink(Use use) throws InterruptedException {
            CompletableFuture<Void> called = new CompletableFuture<>();
            CompletableFuture<Consumption> own = new CompletableFuture<>();
            sink = stream.sink("ship", SinkOptions.defaults());
            own.complete(sink.consumeManually(delivered -> {
                delivery = delivered;
                consumption = own.join();
                complete(called, use);
                // closing waits for what is not settled
                delivered.ackLater();
            }));
            return called;
        }

        private void complete(CompletableFuture<Void> called, Use use) {
            try {
                use.of(this);
                called.complete(null);
            } catch (Throwable e) {
                called.completeExceptionally(e);
            }
        }

        @Override
        public void close() {
            pulse.close(Duration.ZERO);
        }
    }

    @PulseTest
    void everythingCanBeCalledTwiceAndAfterTheEnd(TestRedis redis, Prefix prefix) throws Exception {
        forEach(redis, prefix, (scene, use, what) -> {
            for (int time = 0; time < 2; time++) {
                requireOneOfOurs(what, call(scene, use));
            }
            scene.pulse.close();
            requireOneOfOurs(what + " after the end", call(scene, use));
        });
    }

    @PulseTest
    void everythingCanBeCalledFromTheHandlerOfAReader(TestRedis redis, Prefix prefix) throws Exception {
        forEach(redis, prefix, (scene, use, what) -> requireOneOfOurs(what, end(scene.fromReader(use))));
    }

    @PulseTest
    void everythingCanBeCalledFromTheHandlerOfASink(TestRedis redis, Prefix prefix) throws Exception {
        forEach(redis, prefix, (scene, use, what) -> requireOneOfOurs(what, end(scene.fromSink(use))));
    }

    @PulseTest
    void everythingCanBeCalledWhileAllCloses(TestRedis redis, Prefix prefix) throws Exception {
        forEach(redis, prefix, (scene, use, what) -> {
            Thread closer = Thread.startVirtualThread(() -> scene.pulse.close());
            // a few: spinning would take the carriers from those that close
            for (int time = 0; time < 10; time++) {
                requireOneOfOurs(what, call(scene, use));
            }
            closer.join();
        });
    }

    @PulseTest
    void everythingReturnsInTimeWhileRedisIsAway(EmbeddedRedis redis, Prefix prefix) throws Exception {
        List<Scene> scenes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (String what : USES.keySet()) {
                scenes.add(new Scene(redis.uri(), prefix.name(what)));
            }
            redis.kill();
            List<Future<?>> ends = new ArrayList<>();
            List<Use> all = List.copyOf(USES.values());
            for (int i = 0; i < all.size(); i++) {
                Scene scene = scenes.get(i);
                Use use = all.get(i);
                ends.add(threads.submit(() -> {
                    use.of(scene);
                    return true;
                }));
            }
            int i = 0;
            for (String what : USES.keySet()) {
                Throwable thrown = end(ends.get(i++));
                if (NEED_REDIS.contains(what)) {
                    assertThat(thrown)
                            .as(what)
                            .isInstanceOfAny(RedisUnavailableException.class, OutcomeUnknownException.class);
                } else {
                    requireOneOfOurs(what, thrown);
                }
            }
            List<? extends Future<?>> closed =
                    scenes.stream().map(scene -> threads.submit(scene::close)).toList();
            for (Future<?> each : closed) {
                assertThat(end(each)).isNull();
            }
        } finally {
            scenes.forEach(Scene::close);
        }
    }

    private interface Situation {
        void of(Scene scene, Use use, String what) throws Exception;
    }

    private static void forEach(TestRedis redis, Prefix prefix, Situation situation) throws Exception {
        List<Future<?>> ends = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            USES.forEach((what, use) -> ends.add(threads.submit(() -> {
                try (Scene scene = new Scene(redis.uri(), prefix.name(what))) {
                    situation.of(scene, use, what);
                }
                return true;
            })));
            for (Future<?> end : ends) {
                end.get();
            }
        }
    }

    private static @Nullable Throwable call(Scene scene, Use use) throws InterruptedException {
        CompletableFuture<Void> called = new CompletableFuture<>();
        Thread.startVirtualThread(() -> scene.complete(called, use));
        return end(called);
    }

    /** What it threw, or null; a call that is not over in time fails the test. */
    private static @Nullable Throwable end(Future<?> call) throws InterruptedException {
        try {
            call.get(IN_TIME.toMillis(), TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("not over within " + IN_TIME, e);
        }
    }

    private static void requireOneOfOurs(String what, @Nullable Throwable thrown) {
        if (thrown != null) {
            assertThat(thrown).as(what).isInstanceOfAny(PulseException.class, IllegalStateException.class);
        }
    }

    private static ReaderOptions oldest() {
        return ReaderOptions.builder().startAt(StartAt.oldest()).build();
    }
}
