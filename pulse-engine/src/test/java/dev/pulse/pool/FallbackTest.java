package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A Redis that falls back to an older state, as one does that takes over from another whose last writes it never got. */
@RedisTest
class FallbackTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(6);

    private final Ledger ledger = new Ledger();
    private RespClient raw;
    private Pulse one;
    private Pulse two;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        raw = redis.client();
        name = prefix.name("p");
        one = Pulse.builder().uri(redis.uri()).clientName("one").connect();
        two = Pulse.builder().uri(redis.uri()).clientName("two").connect();
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        raw.close();
        assertThat(ledger.faults()).containsExactly(Set.of(), Set.of());
    }

    /** All keys of the pool, as they are. */
    private Map<String, byte[]> state() {
        Map<String, byte[]> state = new HashMap<>();
        for (Object key : raw.list("KEYS", "pulse:pool:{" + name + "}*")) {
            state.put((String) key, (byte[]) Objects.requireNonNull(raw.call(bytes("DUMP"), bytes((String) key))));
        }
        return state;
    }

    /** Makes them so again, and cuts everybody off, as a failover does. */
    private void fallBackTo(Map<String, byte[]> state) {
        Set<String> present = state().keySet();
        raw.call("MULTI");
        present.forEach(key -> raw.call("DEL", key));
        state.forEach((key, value) -> raw.call(bytes("RESTORE"), bytes(key), bytes("0"), value));
        raw.call("EXEC");
        raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private PoolNode join(Pulse pulse) throws InterruptedException {
        PoolNode node = pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(LEASE))
                        .build());
        node.addService(ledger.handler(pulse == one ? "one" : "two"), WorkerOptions.defaults());
        return node;
    }

    private static JobRequest job(String key) {
        return JobRequest.of(key, new byte[0]);
    }

    @PulseTest
    void whatRunsGoesOnAndWhatEndedEndsAgain() throws InterruptedException {
        PoolNode node = join(one);
        node.dispatch(job("stopped"));
        node.dispatch(job("kept"));
        node.dispatch(job("replaced"));
        Map<String, byte[]> older = state();
        node.stopJob("stopped");
        node.stopJob("replaced");
        Dispatch later = node.dispatch(job("later"));
        Dispatch replacement = node.dispatch(job("replaced"));

        fallBackTo(older);

        await().atMost(LONG).untilAsserted(() -> {
            List<JobInfo> jobs = new ArrayList<>(node.jobs());
            assertThat(jobs).extracting(JobInfo::key).containsExactlyInAnyOrder("kept", "later", "replaced");
            assertThat(jobs).extracting(JobInfo::state).containsOnly(JobInfo.State.RUNNING);
            assertThat(jobs)
                    .extracting(JobInfo::fencingToken)
                    .contains(later.fencingToken(), replacement.fencingToken());
        });
        assertThat(ledger.running()).containsOnlyKeys("kept", "later", "replaced");
        assertThat(List.of(ledger.starts("stopped"), ledger.starts("kept"), ledger.starts("later")))
                .containsOnly(1);
        assertThat(ledger.starts("replaced")).isEqualTo(2);
    }

    @PulseTest
    void aTaskThatIsDoneIsSaidAgainAndNotDoneAgain() throws InterruptedException {
        CountDownLatch mayEnd = new CountDownLatch(1);
        TaskHands hands = new TaskHands().onAny(task -> {
            mayEnd.await();
            return TaskResult.done(bytes("result"));
        });
        PoolNode node = one.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(LEASE))
                        .build());
        node.addTasks(hands, WorkerOptions.defaults());
        node.dispatch(job("a").withId("order"));
        Map<String, byte[]> older = state();
        mayEnd.countDown();
        awaitDone(node);

        fallBackTo(older);

        awaitDone(node);
        assertThat(hands.history()).containsExactly("a 1");
    }

    private void awaitDone(PoolNode node) {
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(node.outcome("order").map(Outcome::state)).contains(Outcome.State.DONE));
        String outcome = new RawPool(raw, name).keys().outcome("order");
        assertThat(raw.text("HGET", outcome, "res")).isEqualTo("result");
    }

    @PulseTest
    void whatHadMovedAwayRunsAgain() throws InterruptedException {
        PoolNode first = join(one);
        for (int i = 0; i < 20; i++) {
            first.dispatch(job("job-" + i));
        }
        Map<String, byte[]> older = state();
        join(two);
        await().atMost(LONG).until(() -> ledger.running().containsValue("two"));

        fallBackTo(older);

        await().atMost(LONG)
                .untilAsserted(() -> assertThat(ledger.running()).hasSize(20).containsValues("one", "two"));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(first.jobs())
                        .hasSize(20)
                        .allMatch(found -> found.state() == JobInfo.State.RUNNING
                                && ledger.running().containsKey(found.key())));
    }
}
