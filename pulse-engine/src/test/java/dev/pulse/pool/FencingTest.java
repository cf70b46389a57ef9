package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.LogLines;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A worker that cannot renew its lease stops in time, and comes back under another id. */
@RedisTest
class FencingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final byte[] NOTHING = {};

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final Hands hands = new Hands();
    private final CountDownLatch end = new CountDownLatch(1);
    private Pulse pulse;
    private PoolNode node;
    private Worker worker;
    private RespClient client;
    private RawPool raw;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        String name = prefix.name("p");
        // a lease is not to wait for calls that take longer
        pulse = Pulse.builder()
                .uri(redis.uri())
                .commandTimeout(Duration.ofMinutes(1))
                .listener(events::add)
                .connect();
        node = pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(LEASE).withStopTimeout(Duration.ofMillis(500)))
                        .build());
        worker = node.addService(hands, WorkerOptions.defaults());
        client = redis.client();
        raw = new RawPool(client, name);
        node.dispatch(JobRequest.of("a", NOTHING));
        node.dispatch(JobRequest.of("b", NOTHING));
    }

    @AfterEach
    void close(EmbeddedRedis redis) {
        redis.resume();
        end.countDown();
        try (RespClient raws = client;
                Pulse closing = pulse) {
            new PoolInvariants(raws, raw.keys()).check();
        }
    }

    private void awaitLost(String id, String cause) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(PulseEvent.WorkerLost.class, lost -> {
                                    assertThat(lost.worker()).isEqualTo(id);
                                    assertThat(lost.cause()).startsWith(cause);
                                })));
    }

    private void awaitBack(String... keys) {
        await().atMost(LONG).untilAsserted(() -> assertThat(hands.running()).containsExactlyInAnyOrder(keys));
    }

    @PulseTest
    void withoutABeatItStopsAllBeforeItsLeaseEndsAndComesBackInItsPlace(EmbeddedRedis redis) {
        String id = worker.id();
        Job first = hands.job("a");
        assertThat(worker.isLeased()).isTrue();
        redis.pause();
        await().atMost(LONG).until(() -> hands.running().isEmpty());
        awaitLost(id, "Redis did not answer for PT");
        assertThat(worker.isLeased()).isFalse();
        redis.resume();
        awaitBack("a", "b");
        assertThat(worker.id()).isNotEqualTo(id);
        assertThat(worker.isLeased()).isTrue();
        assertThat(hands.job("a").fencingToken()).isGreaterThan(first.fencingToken());
        assertThat(first.leased()).isFalse();
        assertThat(raw.owned(worker.id())).containsExactly("a", "b");
        assertThat(hands.history()).startsWith("start a", "start b").hasSize(6);
    }

    @PulseTest
    void aHandlerThatDoesNotStopInTimeIsInterruptedWhenTheLeaseEnds(EmbeddedRedis redis) {
        hands.onStop("a", job -> end.await());
        redis.pause();
        await().atMost(LONG).until(() -> hands.history().contains("stop a"));
        Job first = hands.job("a");
        await().atMost(LONG).until(() -> !first.leased());
        redis.resume();
        awaitBack("a", "b");
        // one line, beside that on a busy machine it may be said to hang just before; and no stack trace
        assertThat(LogLines.with("token=" + first.fencingToken()))
                .filteredOn(line -> !line.contains("state=hangs"))
                .singleElement()
                .asString()
                .contains("state=stop-interrupted");
        assertThat(LogLines.with("aHandlerThatDoesNotStopInTime")).isEmpty();
    }

    @PulseTest
    void aLeaseThatRedisDoesNotKnowAnyMoreIsOverAtOnce() {
        String id = worker.id();
        raw.endLease(id);
        awaitLost(id, "Redis says that it is over");
        await().atMost(LONG).until(() -> hands.history().contains("stop a"));
        // nobody has swept it: that is left to the test, which took the lease away
        client.call("ZADD", raw.keys().leases(), "1", id);
        awaitBack("a", "b");
        assertThat(worker.id()).isNotEqualTo(id);
    }

    @PulseTest
    void aHandlerThatHangsKeepsItsKeyWhenTheWorkerComesBack(EmbeddedRedis redis) throws InterruptedException {
        hands.onStop("a", job -> awaitWhateverComes());
        String id = worker.id();
        redis.pause();
        await().atMost(LONG).until(() -> hands.history().contains("stop a"));
        awaitLost(id, "Redis did not answer for PT");
        redis.resume();
        awaitBack("b");
        await().atMost(LONG).until(() -> !worker.id().equals(id));
        node.dispatch(JobRequest.of("c", NOTHING));
        assertThat(hands.running()).containsExactlyInAnyOrder("b", "c");
        end.countDown();
        awaitBack("a", "b", "c");
    }

    private void awaitWhateverComes() {
        boolean over = false;
        while (!over) {
            try {
                end.await();
                over = true;
            } catch (InterruptedException e) {
                // as a handler that does not know what an interrupt means
            }
        }
    }

    @PulseTest
    void aJobWhoseStartRedisHasNotConfirmedStopsInTimeToo(EmbeddedRedis redis) throws InterruptedException {
        CountDownLatch mayStart = new CountDownLatch(1);
        hands.onStart("c", job -> mayStart.await());
        Thread dispatching = Thread.startVirtualThread(() -> {
            try {
                node.dispatch(JobRequest.of("c", NOTHING));
            } catch (InterruptedException | RuntimeException e) {
                // it is about the worker
            }
        });
        await().atMost(LONG).until(() -> hands.history().contains("start c"));
        Job job = hands.job("c");
        redis.pause();
        mayStart.countDown();
        await().atMost(LONG).until(() -> hands.history().contains("stop c"));
        redis.resume();
        awaitBack("a", "b", "c");
        assertThat(job.leased()).isFalse();
        assertThat(dispatching.join(LONG)).isTrue();
    }

    @PulseTest
    void closingEndsThoughRedisIsAway(EmbeddedRedis redis) {
        redis.pause();
        var result = worker.close(Duration.ofSeconds(1));
        assertThat(hands.running()).isEmpty();
        assertThat(result.problems()).isNotEmpty();
    }
}
