package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.JobExistsException;
import dev.pulse.NoWorkerException;
import dev.pulse.Pulse;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Jobs from end to end: where they run, when workers come and go, and how a pool ends. */
@RedisTest(shared = true)
class PoolTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int KEYS = 100;
    private static final Pattern ONES = Pattern.compile(" name=pulse/one/(\\S+)");

    private final Ledger ledger = new Ledger();
    private Pulse one;
    private Pulse two;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        name = prefix.name("p");
        one = Pulse.builder().uri(redis.uri()).clientName("one").connect();
        two = Pulse.builder().uri(redis.uri()).clientName("two").connect();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        assertThat(ledger.faults()).containsExactly(Set.of(), Set.of());
    }

    private static void dispatchAll(PoolClient pool) throws InterruptedException {
        for (int i = 0; i < KEYS; i++) {
            pool.dispatch(JobRequest.of("job-" + i, new byte[] {(byte) i}));
        }
    }

    private void awaitAllOn(Set<String> nodes) {
        await().atMost(LONG)
                .untilAsserted(
                        () -> assertThat(ledger.running()).hasSize(KEYS).containsValues(nodes.toArray(String[]::new)));
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(new HashSet<>(ledger.running().values())).isEqualTo(nodes));
    }

    @PulseTest
    void aJobRunsOnTheOneWorkerAndIsStopped() throws InterruptedException {
        PoolNode node = one.joinPool(name);
        node.addService(ledger.handler("one"), WorkerOptions.defaults());
        Dispatch dispatched = node.dispatch(JobRequest.of("a", "x".getBytes()));
        assertThat(dispatched.key()).isEqualTo("a");
        assertThat(ledger.running()).containsEntry("a", "one");
        assertThat(node.job("a")).get().satisfies(job -> {
            assertThat(job.state()).isEqualTo(JobInfo.State.RUNNING);
            assertThat(job.fencingToken()).isEqualTo(dispatched.fencingToken());
        });
        assertThatThrownBy(() -> node.dispatch(JobRequest.of("a", new byte[0]))).isInstanceOf(JobExistsException.class);
        assertThat(node.stopJob("a")).isTrue();
        assertThat(ledger.running()).isEmpty();
        assertThat(node.stopJob("a")).isFalse();
        assertThat(node.jobs()).isEmpty();
    }

    @PulseTest
    void aJobWithoutWorkerWaitsForOneOrIsRefused() throws InterruptedException {
        PoolClient client = one.pool(name);
        assertThatThrownBy(() -> client.dispatch(JobRequest.of("a", new byte[0]).needingWorker()))
                .isInstanceOf(NoWorkerException.class);
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                client.dispatch(JobRequest.of("b", new byte[0]));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(LONG).until(() -> client.job("b").isPresent());
        two.joinPool(name).addService(ledger.handler("two"), WorkerOptions.defaults());
        assertThat(waiting.join(LONG)).isTrue();
        assertThat(ledger.running()).containsEntry("b", "two");
    }

    @PulseTest
    void aJoinMovesItsShareAndACloseMovesAllBack() throws InterruptedException {
        PoolNode first = one.joinPool(name);
        first.addService(ledger.handler("one"), WorkerOptions.defaults());
        dispatchAll(first);
        assertThat(new HashSet<>(ledger.running().values())).containsExactly("one");
        PoolNode second = two.joinPool(name);
        second.addService(ledger.handler("two"), WorkerOptions.defaults());
        awaitAllOn(Set.of("one", "two"));
        second.close();
        awaitAllOn(Set.of("one"));
        assertThat(first.workers()).hasSize(1);
        // Redis is told of a start after the handler has returned
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(first.jobs()).hasSize(KEYS).allMatch(job -> job.state() == JobInfo.State.RUNNING));
    }

    @PulseTest
    void aShutdownStopsAllOnAllNodes() throws InterruptedException {
        PoolNode first = one.joinPool(name);
        first.addService(ledger.handler("one"), WorkerOptions.defaults());
        PoolNode second = two.joinPool(name);
        second.addService(ledger.handler("two"), WorkerOptions.defaults());
        dispatchAll(first);
        assertThat(second.shutdown(LONG)).isTrue();
        assertThat(ledger.running()).isEmpty();
        assertThatThrownBy(() -> second.dispatch(JobRequest.of("a", new byte[0])))
                .isInstanceOf(dev.pulse.PoolShutDownException.class);
        await().atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> first.dispatch(JobRequest.of("a", new byte[0])))
                        .isInstanceOf(dev.pulse.PoolShutDownException.class));
        PoolNode again = two.joinPool(name);
        again.addService(ledger.handler("two"), WorkerOptions.defaults());
        again.dispatch(JobRequest.of("a", new byte[0]));
        assertThat(ledger.running()).containsExactly(java.util.Map.entry("a", "two"));
    }

    @PulseTest
    void aNodeHasFourConnectionsAndTwoWithoutAWorker(TestRedis redis) throws InterruptedException {
        PoolNode node = one.joinPool(name);
        Worker worker = node.addService(ledger.handler("one"), WorkerOptions.defaults());
        node.dispatch(JobRequest.of("a", new byte[0]));
        node.stopJob("a");
        try (RespClient client = redis.client()) {
            awaitConnections(client, "lane", "pool-beat", "pool-inboxes", "pool-replies");
            worker.close();
            awaitConnections(client, "lane", "pool-replies");
            node.addService(ledger.handler("one"), WorkerOptions.defaults());
            awaitConnections(client, "lane", "pool-beat", "pool-inboxes", "pool-replies");
        }
    }

    private static void awaitConnections(RespClient client, String... roles) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(ONES.matcher(client.text("CLIENT", "LIST"))
                                .results()
                                .map(found -> found.group(1)))
                        .containsExactlyInAnyOrder(roles));
    }

    @PulseTest
    void aPausedPoolHandsOutNothingUntilItGoesOn() throws InterruptedException {
        PoolNode node = one.joinPool(name);
        node.addService(ledger.handler("one"), WorkerOptions.defaults());
        node.dispatch(JobRequest.of("a", new byte[0]));
        node.pause();
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                node.dispatch(JobRequest.of("b", new byte[0]));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        await().atMost(LONG).until(() -> node.job("b").isPresent());
        assertThat(node.job("b")).get().extracting(JobInfo::state).isEqualTo(JobInfo.State.WAITING);
        assertThat(node.figures().paused()).isTrue();
        assertThat(ledger.running()).containsOnlyKeys("a");
        node.resume();
        assertThat(waiting.join(LONG)).isTrue();
        assertThat(ledger.running()).containsOnlyKeys("a", "b");
    }

    @PulseTest
    void aHandleCanBeClosedOnceMoreWhenItsPulseIsClosed() throws InterruptedException {
        PoolNode node = one.joinPool(name);
        node.addService(ledger.handler("one"), WorkerOptions.defaults());
        one.close();
        node.close();
        assertThat(two.pool(name).workers()).isEmpty();
    }

    @PulseTest
    void settingsAreSharedAndCanBeChanged() throws InterruptedException {
        PoolOptions wish = PoolOptions.builder()
                .settings(settings -> settings.withLease(Duration.ofSeconds(5)))
                .build();
        PoolClient first = one.pool(name, wish);
        PoolClient second = two.pool(name);
        assertThat(second.settings().lease()).isEqualTo(Duration.ofSeconds(5));
        second.changeSettings(settings -> settings.withQueueLimit(7));
        assertThat(first.settings())
                .isEqualTo(
                        PoolSettings.DEFAULTS.withLease(Duration.ofSeconds(5)).withQueueLimit(7));
        assertThat(List.of(first.workers(), second.jobs())).allMatch(List::isEmpty);
    }
}
