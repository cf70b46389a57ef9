package dev.pulse.stream;

import static dev.pulse.faults.Promise.P16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.StreamDestroyedException;
import dev.pulse.faults.Attacks;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The end of an incarnation: for everybody, for good, and nothing late of it reaches the next one. */
@RedisTest
@Attacks(P16)
class DestroyTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final NewEvent<String> EVENT = NewEvent.of("e", "x");

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private RespClient raw;
    private RawStream redis;
    private EventStream<String> stream;

    @BeforeEach
    void open(TestRedis server, Prefix prefix) {
        pulse = Pulse.builder().uri(server.uri()).listener(events::add).connect();
        raw = server.client();
        redis = new RawStream(raw, prefix.name("s"));
        stream = handle();
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    private EventStream<String> handle() {
        return pulse.stream(redis.name(), Codecs.string());
    }

    @PulseTest
    void onlyTheRecordStays() throws InterruptedException {
        stream.add("e", "x");
        stream.addOnce("key", Once.DEFAULT_WINDOW, EVENT);
        stream.changeRetention(Retention.defaults().withDeadline(Instant.now().plusSeconds(3_600)));
        stream.addOnce("other", Once.DEFAULT_WINDOW, EVENT);
        stream.sink("k", SinkOptions.defaults()).close();
        for (String ofGo : List.of("sink:g:config", "sink:g:stalelease")) {
            raw.call("HSET", redis.owned(1, ofGo), "field", "value");
            raw.call("SADD", redis.owned(1, "resources"), redis.owned(1, ofGo));
        }
        stream.destroy();
        // the membership that v1.6 to v1.8 know is shared by all incarnations
        assertThat(redis.keys())
                .containsExactlyInAnyOrder(redis.lifecycle(), "map:stream:" + redis.name() + ":sinks:content");
        assertThat(redis.record()).containsEntry("state", "destroyed").containsEntry("generation", "1");
    }

    @PulseTest
    void anyNumberOfResourcesGoesInPages() throws InterruptedException {
        stream.add("e", "x");
        for (int i = 0; i < 1_234; i++) {
            String key = redis.owned(1, "sink:" + i + ":config");
            raw.call("SET", key, "x");
            raw.call("SADD", redis.owned(1, "resources"), key);
        }
        stream.destroy();
        assertThat(redis.keys()).containsExactly(redis.lifecycle());
    }

    @PulseTest
    void membershipIsToldOfItsEndAsGoTellsIt() throws InterruptedException {
        Sink<String> sink = stream.sink("k", SinkOptions.defaults());
        String map = "map:stream:" + redis.name() + ":generation:1:sinks";
        long revision = Long.parseLong(redis.hash(map + ":content").get("=rev"));
        raw.list("SUBSCRIBE", map + ":updates");
        stream.destroy();
        assertThat((List<?>) raw.read()).last().isEqualTo("destroy:" + (revision + 1));
        sink.close();
        raw.call("UNSUBSCRIBE");
    }

    @PulseTest
    void destroyingAgainAndAStreamThatIsNotThereDoesNothing() throws InterruptedException {
        stream.destroy();
        assertThat(redis.keys()).isEmpty();
        stream.add("e", "x");
        stream.destroy();
        stream.destroy();
        handle().destroy();
        assertThat(redis.record()).containsEntry("state", "destroyed").containsEntry("generation", "1");
        // a late one does not meet the next incarnation
        handle().add("e", "next");
        stream.destroy();
        assertThat(redis.record()).containsEntry("state", "active").containsEntry("generation", "2");
        assertThat(redis.length(redis.physical(2))).isEqualTo(1);
    }

    @PulseTest
    void handleThatWasNotUsedDestroysTheActiveIncarnation() throws InterruptedException {
        stream.add("e", "x");
        handle().destroy();
        assertThat(redis.keys()).containsExactly(redis.lifecycle());
        assertThatThrownBy(() -> stream.add("e", "y")).isInstanceOf(StreamDestroyedException.class);
    }

    @PulseTest
    void streamOfV16IsDestroyedToo() throws InterruptedException {
        raw.call("XADD", redis.flat(), "*", "n", "old", "p", "");
        stream.destroy();
        assertThat(redis.keys()).containsExactly(redis.lifecycle());
        assertThat(redis.record()).containsEntry("state", "destroyed").containsEntry("generation", "1");
    }

    @PulseTest
    void interruptedDestroyIsFinishedByTheNext() throws InterruptedException {
        stream.add("e", "x");
        stream.addOnce("key", Once.DEFAULT_WINDOW, EVENT);
        // as if its first step alone was done, and somebody went on with the stream
        raw.call("HSET", redis.lifecycle(), "state", "destroyed");
        raw.call("DEL", redis.flat());
        handle().add("e", "next");
        assertThat(redis.keys()).contains(redis.owned(1, "once"));
        stream.destroy();
        assertThat(redis.keys()).containsExactlyInAnyOrder(redis.lifecycle(), redis.physical(2));
    }

    @PulseTest
    void nextIncarnationHasTheKeysOfGo() throws InterruptedException {
        stream.add("e", "x");
        stream.destroy();
        EventStream<String> next = handle();
        next.sink("k", SinkOptions.defaults()).close();
        var golden = RawStream.golden("/second_generation");
        golden.required("lifecycle")
                .properties()
                .forEach(field -> assertThat(redis.record())
                        .containsEntry(
                                field.getKey(),
                                field.getValue().textValue().replace(":life:", ":" + redis.name() + ":")));
        assertThat(redis.keys())
                .contains(golden.required("recovery_key").textValue().replace("<name>", redis.name()));
        assertThat(next.add("e", "y")).isNotNull();
        assertThat(next.snapshot()).extracting(Event::incarnation).containsExactly(2L);
    }

    @PulseTest
    void nextIncarnationHasItsOwnRetention() throws InterruptedException {
        pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(5).withTtl(LONG))
                .add("e", "x");
        stream.destroy();
        pulse.stream(redis.name(), Codecs.string(), Retention.maxLength(7)).add("e", "x");
        assertThat(redis.record())
                .containsEntry("retention_config", "v=2|max=7|mode=none|value=0|sliding=false")
                .doesNotContainKeys("ttl_owned", "deadline_ms");
        assertThat(redis.pttl(redis.physical(2))).isEqualTo(-1);
    }

    @PulseTest
    void incarnationsLeaveABoundedNumberOfKeys() throws InterruptedException {
        TreeSet<String> afterFirst = new TreeSet<>();
        for (int i = 1; i <= 20; i++) {
            EventStream<String> each = handle();
            each.add("e", "x");
            each.addOnce("key", Once.DEFAULT_WINDOW, EVENT);
            try (Sink<String> sink = each.sink("k", SinkOptions.defaults())) {
                assertThat(sink.poll(1, LONG)).hasSize(1);
            }
            each.destroy();
            assertThat(redis.record()).containsEntry("generation", Integer.toString(i));
            if (i == 1) {
                afterFirst = redis.keys();
            }
        }
        assertThat(redis.keys()).isEqualTo(afterFirst).hasSizeLessThan(3);
    }

    @PulseTest
    void nothingOfReadersSinksAndRemovalsThatRaceWithItReachesTheNextIncarnation() throws Exception {
        EventId first = stream.add("e", "first");
        int many = 12;
        CountDownLatch racing = new CountDownLatch(many);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> racers = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                int racer = i;
                racers.add(threads.submit(() -> {
                    for (int n = 0; ; n++) {
                        try {
                            switch (racer % 3) {
                                case 0 ->
                                    stream.sink("k" + racer, SinkOptions.defaults())
                                            .close();
                                case 1 ->
                                    stream.reader(ReaderOptions.defaults()).close();
                                default -> stream.remove(List.of(first));
                            }
                        } catch (StreamDestroyedException e) {
                            return null;
                        } finally {
                            if (n == 0) {
                                racing.countDown();
                            }
                        }
                    }
                }));
            }
            racing.await();
            handle().destroy();
            EventStream<String> next = handle();
            next.add("new", "y");
            for (Future<?> racer : racers) {
                racer.get();
            }
            assertThat(next.snapshot()).extracting(Event::name).containsExactly("new");
            assertThat(next.figures().groups()).isEmpty();
            // the membership that v1.6 to v1.8 know is shared by all incarnations
            assertThat(redis.keys())
                    .filteredOn(key -> !key.equals("map:stream:" + redis.name() + ":sinks:content"))
                    .containsExactlyInAnyOrder(redis.lifecycle(), redis.physical(2));
            assertThat(redis.record()).containsEntry("generation", "2").containsEntry("state", "active");
        }
    }

    @PulseTest
    void nothingOfAddersThatRaceWithItReachesTheNextIncarnation() throws Exception {
        stream.add("e", "first");
        CountDownLatch adding = new CountDownLatch(20);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> adders = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int adder = i;
                adders.add(threads.submit(() -> {
                    int n = 0;
                    while (true) {
                        try {
                            switch (adder % 4) {
                                case 0 -> stream.add("old", "x");
                                case 1 -> stream.addAll(List.of(EVENT, EVENT, EVENT));
                                case 2 -> stream.addOnce(adder + "-" + n, Once.DEFAULT_WINDOW, EVENT);
                                default -> stream.addIfExists(EVENT);
                            }
                        } catch (StreamDestroyedException e) {
                            return null;
                        } finally {
                            if (n++ == 0) {
                                adding.countDown();
                            }
                        }
                    }
                }));
            }
            adding.await();
            handle().destroy();
            // at once, while late adds are still under way
            TreeSet<String> left = redis.keys();
            assertThat(left).containsExactly(redis.lifecycle());
            EventStream<String> next = handle();
            next.add("new", "y");
            for (Future<?> adder : adders) {
                adder.get();
            }
            assertThat(next.snapshot()).extracting(Event::name).containsExactly("new");
            assertThat(redis.keys()).containsExactlyInAnyOrder(redis.lifecycle(), redis.physical(2));
            assertThat(redis.record()).containsEntry("generation", "2").containsEntry("state", "active");
        }
    }

    @PulseTest
    void manyWhoDestroyAtOnceEndOneIncarnation() throws Exception {
        stream.add("e", "x");
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                all.add(threads.submit(() -> {
                    handle().destroy();
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(redis.record()).containsEntry("generation", "1").containsEntry("state", "destroyed");
    }

    @PulseTest
    void polledReaderAndSinkAreToldAndMakeNothing() throws InterruptedException {
        stream.add("e", "x");
        try (Reader<String> reader = stream.reader(ReaderOptions.builder()
                        .blockTime(Duration.ofMillis(100))
                        .build());
                Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            assertThat(sink.poll(1, LONG)).hasSize(1);
            handle().destroy();
            assertThatThrownBy(() -> reader.poll(1, LONG)).isInstanceOf(StreamDestroyedException.class);
            assertThatThrownBy(() -> sink.poll(1, LONG)).isInstanceOf(StreamDestroyedException.class);
            handle().add("e", "next");
            assertThatThrownBy(() -> reader.poll(1, LONG)).isInstanceOf(StreamDestroyedException.class);
            assertThatThrownBy(() -> sink.poll(1, LONG)).isInstanceOf(StreamDestroyedException.class);
        }
        assertThat(redis.keys())
                .containsExactlyInAnyOrder(
                        redis.lifecycle(), redis.physical(2), "map:stream:" + redis.name() + ":sinks:content");
        assertThat(raw.list("XINFO", "GROUPS", redis.physical(2))).isEmpty();
    }

    @PulseTest
    void readersAndSinksThatWaitEndForGoodAndSayItOnce() throws InterruptedException {
        try (Reader<String> reader = stream.reader(ReaderOptions.builder()
                        .blockTime(Duration.ofMillis(200))
                        .build());
                Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            AtomicReference<String> read = new AtomicReference<>();
            AtomicReference<String> sunk = new AtomicReference<>();
            Consumption reading = reader.consume(event -> read.set(event.payload()));
            Consumption sinking = sink.consume(event -> sunk.set(event.payload()));
            stream.add("e", "x");
            await().until(() -> "x".equals(read.get()) && "x".equals(sunk.get()));
            handle().destroy();
            await().until(() -> reading.isFinished() && sinking.isFinished());
            await().until(() -> destroyedEvents().size() == 2);
            assertThat(destroyedEvents()).containsOnly(new PulseEvent.StreamDestroyed(redis.name(), 1));
            assertThatThrownBy(() -> handle().reader(ReaderOptions.defaults()))
                    .isInstanceOf(StreamDestroyedException.class);
            // what ended is no trouble
            assertThat(pulse.health().loops()).noneMatch(loop -> loop.name().startsWith("reader"));
            assertThat(pulse.health().status()).isEqualTo(dev.pulse.Health.Status.UP);
            // and asks Redis nothing any more
            long before = redis.info("total_commands_processed");
            handle().add("e", "next");
            await().during(Duration.ofMillis(300)).until(() -> "x".equals(sunk.get()) && "x".equals(read.get()));
            assertThat(redis.info("total_commands_processed") - before).isLessThan(20);
            assertThat(destroyedEvents()).hasSize(2);
        }
        assertThat(raw.list("XINFO", "GROUPS", redis.physical(2))).isEmpty();
    }

    @PulseTest
    void handlersUnderWayMayFinishWhenTheirStreamEnds() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        stream.add("e", "x");
        try (Sink<String> sink = stream.sink("k", SinkOptions.defaults())) {
            Consumption sinking = sink.consume(event -> {
                begun.countDown();
                mayEnd.await();
                ended.countDown();
            });
            begun.await();
            handle().destroy();
            await().until(() -> destroyedEvents().size() == 1);
            assertThat(sinking.isFinished()).isFalse();
            mayEnd.countDown();
            ended.await();
            await().until(sinking::isFinished);
        }
        assertThat(redis.record()).containsEntry("state", "destroyed");
        assertThat(redis.number("EXISTS", redis.flat())).isZero();
    }

    private List<PulseEvent> destroyedEvents() {
        return events.stream()
                .filter(PulseEvent.StreamDestroyed.class::isInstance)
                .toList();
    }
}
