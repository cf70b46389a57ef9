package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Redis loses all that it knew of a pool: what runs goes on, under its tokens, and everything works again. */
@RedisTest
class LossOfStateTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int KEYS = 150;

    private final Ledger ledger = new Ledger();
    private EmbeddedRedis redis;
    private Pulse one;
    private Pulse two;
    private PoolNode first;
    private PoolNode second;

    @BeforeEach
    void open(EmbeddedRedis redis, Prefix prefix) throws InterruptedException {
        this.redis = redis;
        one = Pulse.connect(redis.uri());
        two = Pulse.connect(redis.uri());
        first = one.joinPool(prefix.name("p"));
        second = two.joinPool(prefix.name("p"));
        first.addService(ledger.handler("one"), WorkerOptions.defaults());
        second.addService(ledger.handler("two"), WorkerOptions.defaults());
        for (int i = 0; i < KEYS; i++) {
            first.dispatch(JobRequest.of("job-" + i, new byte[] {1}));
        }
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        assertThat(ledger.faults()).containsExactly(Set.of(), Set.of());
    }

    private void flush() throws Exception {
        try (RespClient client = RespClient.connect(redis.uri())) {
            client.call("FLUSHALL");
        }
    }

    private void awaitAllListed() {
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(first.jobs()).hasSize(KEYS).allMatch(job -> job.state() == JobInfo.State.RUNNING));
    }

    @PulseTest
    void whatRunsGoesOnUnderItsTokenAndIsListedAgain() throws Exception {
        Map<String, String> before = ledger.running();
        JobInfo known = first.job("job-7").orElseThrow();
        flush();
        awaitAllListed();
        assertThat(ledger.running().equals(before)).isTrue();
        assertThat(ledger.starts("job-7")).isEqualTo(1);
        JobInfo again = first.job("job-7").orElseThrow();
        assertThat(again.fencingToken()).isEqualTo(known.fencingToken());
        assertThat(again.id()).isEqualTo(known.id());
        assertThat(first.payload("job-7")).get().isEqualTo(new byte[] {1});
    }

    @PulseTest
    void everythingWorksAgainAfterwards() throws Exception {
        flush();
        awaitAllListed();
        assertThat(second.stopJob("job-7")).isTrue();
        assertThat(ledger.running()).doesNotContainKey("job-7");
        first.dispatch(JobRequest.of("job-7", new byte[] {2}));
        assertThat(ledger.running()).containsKey("job-7").hasSize(KEYS);
        two.close();
        await().atMost(LONG)
                .untilAsserted(() ->
                        assertThat(new HashSet<>(ledger.running().values())).isEqualTo(Set.of("one")));
        await().atMost(LONG).untilAsserted(() -> assertThat(ledger.running()).hasSize(KEYS));
    }

    @PulseTest
    void itMayHappenAgainAndAgain() throws Exception {
        Map<String, String> before = ledger.running();
        for (int i = 0; i < 3; i++) {
            flush();
            awaitAllListed();
        }
        assertThat(ledger.running().equals(before)).isTrue();
        assertThat(first.workers()).hasSize(2);
    }

    @PulseTest
    void aStartThatGoesOnMeanwhileIsInterruptedWhenItTakesTooLong(Prefix prefix) throws Exception {
        try (Slow slow = new Slow(prefix.name("slow"), Duration.ofSeconds(10), PoolSettings.DEFAULTS)) {
            flush();
            slow.awaitReasserted();
            slow.awaitInterrupted();
            // a first start that failed leaves no trace
            await().atMost(LONG).until(() -> slow.node.job("slow").isEmpty());
            assertThat(slow.worker.figures().failedStarts()).isEqualTo(1);
        }
    }

    @PulseTest
    void aStartThatGoesOnMeanwhileIsInterruptedWhenTheNextLeaseEndsToo(Prefix prefix) throws Exception {
        PoolSettings brief = PoolSettings.DEFAULTS.withLease(Duration.ofSeconds(3));
        try (Slow slow = new Slow(prefix.name("slow"), LONG.multipliedBy(4), brief)) {
            flush();
            slow.awaitReasserted();
            redis.pause();
            try {
                slow.awaitInterrupted();
            } finally {
                redis.resume();
            }
        }
    }

    /** A node of its own, with a worker that begins a job and does not get to an end. */
    private final class Slow implements AutoCloseable {
        private final CountDownLatch interrupted = new CountDownLatch(1);
        private final Pulse pulse = Pulse.connect(redis.uri());
        private final PoolNode node;
        private final Worker worker;
        private final String id;
        private final Thread caller;

        Slow(String name, Duration startTimeout, PoolSettings settings) throws InterruptedException {
            Hands hands = new Hands().onStart("slow", job -> {
                try {
                    Thread.sleep(LONG.multipliedBy(10));
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
            node = pulse.joinPool(
                    name, PoolOptions.builder().settings(any -> settings).build());
            worker = node.addService(
                    hands, WorkerOptions.builder().startTimeout(startTimeout).build());
            id = worker.id();
            caller = Thread.startVirtualThread(() -> {
                try {
                    node.dispatch(JobRequest.of("slow", new byte[0]));
                } catch (PulseException | InterruptedException e) {
                    // it is about the worker
                }
            });
            await().atMost(LONG).until(() -> hands.history().contains("start slow"));
        }

        void awaitReasserted() {
            await().atMost(LONG)
                    .ignoreExceptions()
                    .until(() -> !worker.id().equals(id) && node.job("slow").isPresent());
        }

        void awaitInterrupted() {
            await().atMost(LONG).until(() -> interrupted.getCount() == 0);
        }

        @Override
        public void close() throws InterruptedException {
            pulse.close();
            assertThat(caller.join(LONG)).isTrue();
        }
    }
}
