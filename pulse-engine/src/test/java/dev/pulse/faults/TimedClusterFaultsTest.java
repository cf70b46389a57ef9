package dev.pulse.faults;

import static dev.pulse.faults.Promise.P10;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P18;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.pool.Firing;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.Plan;
import dev.pulse.pool.Planner;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisCluster;
import dev.pulse.testing.RedisTest;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Tickers and schedules in a cluster, whose slot moves and whose primary is replaced. */
@RedisTest
class TimedClusterFaultsTest {
    private static final Duration PERIOD = Duration.ofMillis(300);
    private static final Duration LEASE = Duration.ofSeconds(2);
    /** What is promised, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5).plus(Checker.BUSY);

    private final Queue<Firing> firings = new ConcurrentLinkedQueue<>();
    private final Queue<Instant> plannings = new ConcurrentLinkedQueue<>();
    private final List<Schedule> schedules = new ArrayList<>();

    private PoolNode open(Pulse pulse, String name) throws InterruptedException {
        PoolNode pool = pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(LEASE))
                        .build());
        pool.addService(new Idle(), WorkerOptions.defaults());
        pool.ticker("t", TickerOptions.every(PERIOD), firings::add);
        Planner planner = planning -> {
            plannings.add(planning.due());
            return Plan.nothing().starting("a", new byte[0]).stoppingOthers();
        };
        schedules.add(pool.schedule("s", Timetable.every(PERIOD), planner));
        return pool;
    }

    /** A handler that only holds its jobs. */
    private static final class Idle implements ServiceHandler {
        @Override
        public void start(Job job) {}

        @Override
        public void stop(Job job) {}
    }

    private void awaitMore() {
        int fired = firings.size();
        long taken = taken();
        await().atMost(RECOVERY).until(() -> firings.size() > fired + 2 && taken() > taken + 2);
    }

    /** How many plans were taken. */
    private long taken() {
        return schedules.stream()
                .mapToLong(schedule -> schedule.figures().planned())
                .sum();
    }

    @Drill
    @Attacks(
            value = {P10, P11, P18},
            by = Fault.F21)
    void firingsAndPlansGoOnAndNoneComesTwice(Trial trial, Prefix prefix) throws InterruptedException {
        String name = prefix.name("p");
        String key = PoolKeys.pool(name);
        int forgot = 0;
        try (RedisCluster cluster = RedisCluster.start();
                Pulse one = Pulse.connect(cluster.uri());
                Pulse two = Pulse.connect(cluster.uri())) {
            PoolNode pool = open(one, name);
            open(two, name);
            awaitMore();
            while (trial.goesOn()) {
                trial.pause(Duration.ZERO, PERIOD);
                EmbeddedRedis primary = cluster.primaryOf(key);
                switch (trial.random().nextInt(4)) {
                    case 0 -> cluster.moveSlot(cluster.slot(key), primary, 3);
                    case 1 -> cluster.failOver(key);
                    case 2 -> {
                        primary.kill();
                        forgot++;
                    }
                    default -> {
                        primary.pause();
                        forgot++;
                    }
                }
                cluster.awaitPrimaryOtherThan(key, primary.port());
                awaitMore();
                cluster.heal();
            }
            awaitMore();
            await().atMost(RECOVERY)
                    .untilAsserted(
                            () -> assertThat(pool.job("a").map(JobInfo::state)).contains(JobInfo.State.RUNNING));
        }
        trial.add(Findings.events(firings.size() + taken()));
        // a replica that takes over may lack the last that its primary said
        assertThat(firings.size() - firings.stream().map(Firing::due).distinct().count())
                .as("due times fired twice, %d primaries were lost", forgot)
                .isLessThanOrEqualTo(forgot);
        assertThat(taken() - plannings.stream().distinct().count())
                .as("due times planned twice, %d primaries were lost", forgot)
                .isLessThanOrEqualTo(forgot);
    }
}
