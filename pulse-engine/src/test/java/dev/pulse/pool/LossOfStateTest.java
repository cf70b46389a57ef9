package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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
}
