package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Promise;
import dev.pulse.pool.Plan;
import dev.pulse.pool.Planning;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.PlanScripts.Claimed;
import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A planner dies between any two steps: it is one that takes some of them, and is not heard of again. */
@RedisTest(shared = true)
class PlannerDeathTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Timetable DAILY = Timetable.every(Duration.ofDays(1));
    private static final long DUE = Instant.now().toEpochMilli();
    private static final long NEXT = DUE + Duration.ofDays(1).toMillis();

    private final Queue<Planning> plannings = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private PoolNode node;
    private TimedPool pool;
    private PlanScripts dead;
    private Known known;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        node = pulse.joinPool(
                prefix.name("p"),
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(Duration.ofSeconds(2)))
                        .build());
        pool = TimedPool.of(redis, prefix.name("p"));
        dead = new PlanScripts(pool.keys, "s", "dead");
        known = pool.registered(Kind.SCHEDULE, "s", "dead", TimetableText.of(DAILY), DUE, true);
    }

    @AfterEach
    void close() {
        pool.close();
        pulse.close();
    }

    private String claim() throws InterruptedException {
        return ((Claimed) dead.claim(pool.redis, known.version(), DUE, DUE, LEASE)).token();
    }

    private void store(String token, String... more) throws InterruptedException {
        PlanItem.Start start = new PlanItem.Start("a", 0, 0, new byte[] {1});
        Map<String, byte[]> items = new HashMap<>(Map.of(start.name(), start.value()));
        for (String name : more) {
            items.put(name, new byte[] {1});
        }
        assertThat(dead.store(pool.redis, known.version(), token, NEXT, LEASE, items))
                .isInstanceOf(PlanScripts.Stored.class);
    }

    private Schedule takePart() throws InterruptedException {
        return node.schedule("s", DAILY, planning -> {
            plannings.add(planning);
            return Plan.nothing().starting("b", new byte[] {2});
        });
    }

    private void awaitAccepted(String key, String id) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(node.job(key))
                        .get()
                        .satisfies(job -> assertThat(job.id()).isEqualTo(id)));
    }

    @PulseTest
    @Attacks(value = Promise.P18, by = Fault.F12)
    void beforeItsPlanIsTakenAnotherPlansTheDueTimeAndItsOwnPlanIsRefused() throws InterruptedException {
        String token = claim();
        takePart();
        awaitAccepted("b", ScheduledId.of("s", DUE, "b", 0));
        assertThat(plannings).singleElement().satisfies(planning -> {
            assertThat(planning.due().toEpochMilli()).isEqualTo(DUE);
            assertThat(planning.fencingToken()).isGreaterThan(Long.parseLong(token));
        });
        assertThat(dead.store(pool.redis, known.version(), token, NEXT, LEASE, Map.of()))
                .isEqualTo(new PlanScripts.Lost());
    }

    @PulseTest
    @Attacks(value = Promise.P18, by = Fault.F12)
    void afterItsPlanWasTakenAnotherDoesIt() throws InterruptedException {
        store(claim());
        takePart();
        awaitAccepted("a", ScheduledId.of("s", DUE, "a", 0));
        assertThat(plannings).isEmpty();
        assertThat(node.job("b")).isEmpty();
    }

    @PulseTest
    @Attacks(value = Promise.P18, by = Fault.F15)
    void whatIsNoItemInAPlanIsDroppedAndCountedAndTheOthersAreDone() throws InterruptedException {
        store(claim(), "no item of ours");
        Schedule schedule = takePart();
        awaitAccepted("a", ScheduledId.of("s", DUE, "a", 0));
        await().atMost(LONG).until(() -> pool.call("HGET", pool.keys.plan("s"), "no item of ours") == null);
        assertThat(schedule.figures().failedItems()).isEqualTo(1);
    }
}
