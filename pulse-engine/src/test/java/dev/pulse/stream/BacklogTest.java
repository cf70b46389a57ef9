package dev.pulse.stream;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;

/** Slow handlers before a backlog: what is held stays bounded, heartbeats and extensions go on, nothing comes twice. */
@RedisTest
@Attacks(
        value = {P1, P2, P4},
        by = Fault.F18)
class BacklogTest {
    private static final int EVENTS = 100_000;
    private static final int HANDLERS = 64;
    private static final int IN_FLIGHT = 200;
    private static final Duration LONG = Duration.ofSeconds(60);

    @PulseTest
    @Timeout(value = 3, unit = TimeUnit.MINUTES)
    void slowHandlersBeforeABacklogHoldAFewEventsAndLoseAndRepeatNone(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Queue<PulseEvent> told = new ConcurrentLinkedQueue<>();
        Set<Integer> handled = ConcurrentHashMap.newKeySet();
        AtomicInteger repeated = new AtomicInteger();
        AtomicInteger read = new AtomicInteger();
        AtomicInteger outOfOrder = new AtomicInteger();
        Semaphore slow = new Semaphore(HANDLERS);
        CountDownLatch gate = new CountDownLatch(1);
        try (Pulse pulse = Pulse.builder().uri(redis.uri()).listener(told::add).connect();
                RespClient raw = redis.client()) {
            // a bound that the backlog fills shows in health
            EventStream<String> stream = pulse.stream(prefix.name("orders"), Codecs.string(), Retention.unbounded());
            RawStream keys = new RawStream(raw, stream.name());
            fill(stream);
            SinkOptions options = SinkOptions.builder()
                    .concurrency(HANDLERS)
                    .maxInFlight(IN_FLIGHT)
                    .ackDeadline(Duration.ofSeconds(5))
                    .build();
            EventHandler<String> handler = event -> {
                if (slow.tryAcquire()) {
                    gate.await();
                }
                if (!handled.add(Integer.valueOf(event.payload()))) {
                    repeated.incrementAndGet();
                }
            };
            Sink<String> first = stream.sink("bill", options);
            first.consume(handler);
            String keepAlive = keys.owned(1, "sink:bill:keepalive:content").replace("pulse:", "map:");
            Set<String> heartbeats = new HashSet<>();
            // every handler stands still until what is held was extended
            await().atMost(LONG).until(() -> {
                heartbeats.add(raw.text("HGET", keepAlive, first.consumer()));
                return slow.availablePermits() == 0
                        && heartbeats.size() >= 2
                        && first.figures().extended() >= IN_FLIGHT;
            });
            assertThat(first.figures().inFlight()).isEqualTo(IN_FLIGHT);
            assertThat(pending(raw, keys)).isEqualTo(IN_FLIGHT);
            assertThat(handled).isEmpty();
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);

            Sink<String> second = stream.sink("bill", options);
            second.consume(handler);
            stream.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())
                    .consume(event -> {
                        if (Integer.parseInt(event.payload()) != read.getAndIncrement()) {
                            outOfOrder.incrementAndGet();
                        }
                    });
            gate.countDown();
            long[] most = {0};
            await().atMost(LONG).until(() -> {
                most[0] = Math.max(most[0], pending(raw, keys));
                return handled.size() == EVENTS && read.get() == EVENTS;
            });
            await().atMost(LONG).until(() -> pending(raw, keys) == 0);
            assertThat(most[0]).isLessThanOrEqualTo(2 * IN_FLIGHT);
            assertThat(repeated).hasValue(0);
            assertThat(outOfOrder).hasValue(0);
            for (Sink<String> sink : List.of(first, second)) {
                assertThat(sink.figures().redelivered()).isZero();
                assertThat(sink.figures().lostLeases()).isZero();
            }
            assertThat(told).isEmpty();
        }
    }

    private static void fill(EventStream<String> stream) throws InterruptedException {
        List<NewEvent<String>> events = new ArrayList<>(EVENTS);
        for (int i = 0; i < EVENTS; i++) {
            events.add(NewEvent.of("placed", Integer.toString(i)));
        }
        stream.addAll(events);
    }

    private static long pending(RespClient raw, RawStream keys) {
        return (Long) raw.list("XPENDING", keys.flat(), "bill").getFirst();
    }
}
