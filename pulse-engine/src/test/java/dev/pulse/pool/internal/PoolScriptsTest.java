package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static dev.pulse.pool.internal.ScriptPool.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.pool.internal.PoolScripts.Ending;
import dev.pulse.pool.internal.PoolScripts.Open;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The life of a pool. */
@RedisTest(shared = true)
class PoolScriptsTest {
    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private PoolScripts.Opening open(long known) throws InterruptedException {
        return pool.pools.open(pool.redis, known, ScriptPool.settings());
    }

    private boolean isRecovering(PoolKeys keys) throws InterruptedException {
        return new PoolReads(keys).meta(pool.redis).orElseThrow().fields().containsKey("rg");
    }

    private void end() throws InterruptedException {
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.OK);
    }

    @PulseTest
    void aFirstUseMakesAnIncarnationThatAllOthersAdopt() throws InterruptedException {
        assertThat(open(0)).isEqualTo(new Open(pool.keys));
        assertThat(open(pool.keys.incarnation())).isEqualTo(new Open(pool.keys));
        assertThat(isRecovering(pool.keys)).isFalse();
        var meta = pool.reads.meta(pool.redis).orElseThrow();
        assertThat(meta.closing()).isFalse();
        assertThat(meta.settingsVersion()).isEqualTo(1);
        assertThat(meta.fields())
                .containsAllEntriesOf(Map.of("T", "30000", "S", "10000", "max", "100", "mmax", "100", "ret", "300000"));
    }

    @PulseTest
    void afterItsEndTheNextIncarnationIsGreater() throws InterruptedException {
        end();
        PoolKeys next = ((Open) open(pool.keys.incarnation())).keys();
        assertThat(next.incarnation()).isGreaterThan(pool.keys.incarnation());
        assertThat(isRecovering(next)).isFalse();
        assertThat(open(pool.keys.incarnation())).isEqualTo(new Open(next));
    }

    @PulseTest
    void afterALossOfStateTheNextIncarnationIsGreaterAndInRecovery() throws InterruptedException {
        pool.lose();
        // the number is the time, where nothing else is known
        await().until(() -> {
            List<?> time = pool.raw.list("TIME");
            return Long.parseLong("%s%06d".formatted(time.get(0), Long.valueOf((String) time.get(1)))) / 1_000
                    > pool.keys.incarnation();
        });
        PoolKeys next = ((Open) open(pool.keys.incarnation())).keys();
        assertThat(next.incarnation()).isGreaterThan(pool.keys.incarnation());
        assertThat(isRecovering(next)).isTrue();
    }

    @PulseTest
    void whenOnlyTheMetaWasLostTheNextIncarnationIsInRecoveryWhoeverMakesIt() throws InterruptedException {
        pool.call("DEL", pool.keys.meta());
        PoolKeys next = ((Open) open(0)).keys();
        assertThat(next.incarnation()).isGreaterThan(pool.keys.incarnation());
        assertThat(isRecovering(next)).isTrue();
    }

    @PulseTest
    void recoveryOverlapsWithNothingGivenOutUntilItsTimeIsPast() throws InterruptedException {
        pool.meta("rg", Long.toString(System.currentTimeMillis() + 3_600_000));
        assertThat(pool.beat().recovering()).isTrue();
        pool.meta("rg", "1");
        assertThat(pool.beat().recovering()).isFalse();
        assertThat(isRecovering(pool.keys)).isFalse();
    }

    @PulseTest
    void aFormatWeDoNotKnowIsRefused() throws InterruptedException {
        pool.call("HSET", pool.keys.record(), "fmt", "2");
        assertThat(open(0)).isEqualTo(new PoolScripts.Unsupported("2"));
        assertThat(open(pool.keys.incarnation())).isEqualTo(new PoolScripts.Unsupported("2"));
    }

    @PulseTest
    void settingsChangeFromTheVersionThatIsKnown() throws InterruptedException {
        pool.join("w1");
        Map<String, Long> wish = Map.of("T", 10_000L, "max", 5L);
        assertThat(pool.pools.change(pool.redis, pool.keys, 1, wish, List.of("w1")))
                .isEqualTo(new PoolScripts.Changed(2));
        assertThat(pool.pools.change(pool.redis, pool.keys, 1, wish, List.of("w1")))
                .isEqualTo(new PoolScripts.Changed(2));
        assertThat(pool.inbox("w1", "r")).hasSize(2);
        assertThat(pool.pools.change(pool.redis, pool.keys, 1, Map.of("max", 6L), List.of()))
                .isEqualTo(new PoolScripts.ChangedByOthers(2));
        assertThat(pool.beat().settingsVersion()).isEqualTo(2);
        assertThat(pool.beat().lease()).isEqualTo(Duration.ofSeconds(10));
        assertThat(pool.hash("m")).containsEntry("max", "5");
    }

    @PulseTest
    void whatNoWorkerHasIsRemovedAndThenTheIncarnationEnds() throws InterruptedException {
        pool.join("w1");
        pool.beat();
        pool.admit(1, "", ScriptPool.job("a", "d1", "digest", bytes("p"), CLIENT, 1, Duration.ZERO, false));
        pool.admit(1, "w1", ScriptPool.job("b", "d2", "", bytes("p"), CLIENT, 1, Duration.ofHours(1), false));
        pool.owners.later(
                pool.redis,
                pool.assign("c", "w1"),
                new OwnerScripts.Failure(Duration.ZERO, "boom", OwnerScripts.Count.ADDED, 1),
                "",
                List.of());
        pool.messages.send(pool.redis, 1, "w1", new MessageScripts.Message("m", bytes("p"), CLIENT, "r"));
        pool.messages.later(
                pool.redis,
                new MessageScripts.Entry("w1", pool.inbox("w1", "g").getFirst().id(), CLIENT, "r"),
                Duration.ofHours(1),
                false,
                "");
        var kept = pool.assign("kept", "w1");
        assertThat(pool.pools.cleanStep(pool.redis, pool.keys, List.of(), List.of()))
                .isEqualTo(Ending.OPEN);
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.OPEN);

        assertThat(pool.pools.shutdown(pool.redis, pool.keys, List.of("w1"))).isEqualTo(Ending.OK);
        assertThat(pool.pools.shutdown(pool.redis, pool.keys, List.of("w1"))).isEqualTo(Ending.OK);
        assertThat(pool.inbox("w1", "r")).hasSize(2);
        assertThat(open(0)).isEqualTo(new PoolScripts.ShuttingDown(pool.keys));
        var due = pool.reads.aside(pool.redis);
        for (var jobs : List.of(
                pool.reads.waiting(pool.redis, 0),
                due.jobs(),
                pool.reads.dead(pool.redis),
                pool.reads.jobs(pool.redis, List.of("kept")))) {
            assertThat(pool.pools.cleanStep(
                            pool.redis, pool.keys, jobs, due.messages().keySet()))
                    .isEqualTo(Ending.OK);
        }
        assertThat(pool.snapshot().names("job:")).containsExactly("kept");
        assertThat(pool.hash("m")).containsEntry("mq", "0").containsEntry("q", "1");
        assertThat(pool.hash("d:d1")).containsEntry("st", "stopped");
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.NOTEMPTY);

        pool.owners.stopped(pool.redis, kept, List.of(), pool.entryIds("w1"));
        pool.members.leaveBegin(pool.redis, "w1", pool.without("w1"));
        assertThat(pool.members.leaveEnd(pool.redis, "w1")).isEqualTo(MemberScripts.End.OK);
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.OK);
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.GONE);
        pool.invariants.checkEnded();
        assertThat(pool.call("HGET", pool.keys.record(), "st")).isEqualTo("ended");
    }

    @PulseTest
    void anOldCleanerCannotHurtANewIncarnation() throws InterruptedException {
        end();
        PoolKeys next = ((Open) open(0)).keys();
        assertThat(pool.pools.shutdown(pool.redis, pool.keys, List.of())).isEqualTo(Ending.GONE);
        assertThat(pool.pools.cleanStep(pool.redis, pool.keys, List.of(), List.of()))
                .isEqualTo(Ending.GONE);
        assertThat(pool.pools.cleanEnd(pool.redis, pool.keys)).isEqualTo(Ending.GONE);
        assertThat(open(0)).isEqualTo(new Open(next));
        assertThat(pool.admit(0, "", request("k", "d1"))).isEqualTo(new Gone());
    }

    @PulseTest
    void settingsOfAnIncarnationThatIsGoneDoNotChange() throws InterruptedException {
        pool.lose();
        assertThat(pool.pools.change(pool.redis, pool.keys, 1, Map.of("max", 1L), List.of()))
                .isEqualTo(new Gone());
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
