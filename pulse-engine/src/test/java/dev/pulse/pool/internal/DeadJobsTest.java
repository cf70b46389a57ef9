package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.PulseEvent;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolInvariants;
import dev.pulse.pool.PoolSettings;
import dev.pulse.task.Signals;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Dead jobs are kept for a time, and no more than so many. */
@RedisTest(shared = true)
class DeadJobsTest {
    private static final PoolSettings TWO = PoolSettings.DEFAULTS.withDeadLimit(2);

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Caller caller;
    private HandWorker worker;
    private RespClient raw;
    private DeadJobs dead;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        caller = Caller.of(redis.uri(), pool, Caller.LONG, TWO);
        worker = HandWorker.join(redis.uri(), pool, "w1");
        raw = redis.client();
        dead = new DeadJobs(caller.redis, pool, new Signals(events::add));
    }

    @AfterEach
    void close() {
        worker.close();
        caller.close();
        raw.close();
    }

    private void die(String key) throws InterruptedException {
        caller.dispatching.dispatch(request(key));
        worker.later(key, 1);
    }

    private void diedLongAgo(String key) {
        raw.call("ZADD", caller.pool().keys().dead(), "1", key);
    }

    private boolean isToDrop() throws InterruptedException {
        return ((MemberScripts.Alive) caller.pool().members().beat(caller.redis, "c", List.of())).dropsDead();
    }

    private List<String> kept() throws InterruptedException {
        return caller.listing.dead(100).stream().map(JobInfo::key).toList();
    }

    @PulseTest
    void ofTooManyTheOldestAreDroppedAndCountedAndTold() throws InterruptedException {
        int many = PlacementScripts.MOST + 5;
        for (int i = 0; i < many; i++) {
            die("job" + i);
            // two that die in one millisecond are equally old
            raw.call("ZADD", caller.pool().keys().dead(), Long.toString(System.currentTimeMillis() + i), "job" + i);
        }
        assertThat(isToDrop()).isTrue();
        dead.drop(caller.pool());
        assertThat(kept()).containsExactly("job" + (many - 1), "job" + (many - 2));
        assertThat(caller.overview.figures())
                .extracting(PoolFigures::dead, PoolFigures::dropped, PoolFigures::queued)
                .containsExactly(2L, many - 2L, 0L);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        PulseEvent.DeadJobsDropped.class,
                        told -> assertThat(told.jobs()).isEqualTo(many - 2));
        assertThat(isToDrop()).isFalse();
        new PoolInvariants(raw, caller.pool().keys()).checkIdle();
        // its key is free
        die("job0");
    }

    @PulseTest
    void whatDiedTooLongAgoIsDropped() throws InterruptedException {
        die("old");
        die("new");
        assertThat(isToDrop()).isFalse();
        dead.drop(caller.pool());
        assertThat(events).isEmpty();
        diedLongAgo("old");
        assertThat(isToDrop()).isTrue();
        dead.drop(caller.pool());
        assertThat(kept()).containsExactly("new");
        assertThat(caller.overview.figures().dropped()).isEqualTo(1);
    }

    @PulseTest
    void whatIsTriedAnewIsNotDropped() throws InterruptedException {
        die("job");
        diedLongAgo("job");
        List<PoolReads.JobSeen> seen = caller.pool().reads().dead(caller.redis);
        assertThat(caller.retrying.retry("job")).isTrue();
        assertThat(dead.drop(caller.pool().keys(), seen)).isEqualTo(new DeadJobs.Step(0, 0));
        assertThat(caller.listing.job("job").orElseThrow().state()).isEqualTo(JobInfo.State.DUE);
    }

    @PulseTest
    void whatIsNoDeadJobStandsInNobodysWay() throws InterruptedException {
        die("job");
        caller.dispatching.dispatch(request("running"));
        raw.call("SET", caller.pool().keys().job("foreign"), "no record");
        List.of("job", "running", "foreign", "nobody").forEach(this::diedLongAgo);
        dead.drop(caller.pool());
        assertThat(raw.call("ZCARD", caller.pool().keys().dead())).isEqualTo(0L);
        assertThat(caller.overview.figures().dropped()).isEqualTo(1);
        assertThat(caller.listing.job("running").orElseThrow().state()).isEqualTo(JobInfo.State.RUNNING);
        assertThat(raw.call("GET", caller.pool().keys().job("foreign"))).isEqualTo("no record");
    }

    @PulseTest
    void theBoundsAreSettingsOfThePool() {
        PoolSettings settings = TWO.withDeadRetention(Duration.ofHours(1));
        assertThat(settings.deadLimit()).isEqualTo(2);
        assertThat(settings.deadRetention()).isEqualTo(Duration.ofHours(1));
        assertThat(SharedState.fields(settings))
                .containsEntry("dret", 3_600_000L)
                .containsEntry("dmax", 2L);
    }
}
