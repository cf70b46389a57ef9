package dev.pulse.faults;

import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P18;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Plan;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/** Schedules whose Redis goes away, or forgets. */
@RedisTest
class ScheduleFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] PAYLOAD = {1};

    private final Set<String> running = ConcurrentHashMap.newKeySet();

    private final ServiceHandler handler = new ServiceHandler() {
        @Override
        public void start(Job job) {
            running.add(job.key());
        }

        @Override
        public void stop(Job job) {
            running.remove(job.key());
        }
    };

    private void awaitRunning(String... keys) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(new TreeSet<>(running)).containsExactly(keys));
    }

    @PulseTest
    @Attacks(value = P18, by = Fault.F04)
    void whatItStartedItKnowsAlsoAfterRedisHasLostAll(TestRedis redis, Prefix prefix) throws InterruptedException {
        AtomicReference<Plan> wanted = new AtomicReference<>(
                Plan.nothing().starting("a", PAYLOAD).starting("b", PAYLOAD).stoppingOthers());
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            PoolNode pool = pulse.joinPool(prefix.name("p"));
            pool.addService(handler, WorkerOptions.defaults());
            pool.dispatch(JobRequest.of("mine", PAYLOAD));
            pool.schedule("s", Timetable.every(Duration.ofMillis(300)), planning -> requireNonNull(wanted.get()));
            awaitRunning("a", "b", "mine");
            raw.call("FLUSHALL");
            wanted.set(
                    Plan.nothing().starting("a", PAYLOAD).starting("c", PAYLOAD).stoppingOthers());
            awaitRunning("a", "c", "mine");
            wanted.set(Plan.nothing().stoppingOthers());
            awaitRunning("mine");
        }
    }

    @Drill
    @Attacks(
            value = {P11, P18},
            by = Fault.F03)
    void plansGoOnAfterARestartOfRedisAndNoDueTimeIsPlannedTwice(Trial trial, Prefix prefix)
            throws InterruptedException {
        Queue<Instant> planned = new ConcurrentLinkedQueue<>();
        try (EmbeddedRedis redis = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                        .appendOnly(AppendOnly.ALWAYS)
                        .build());
                Pulse one = Pulse.connect(redis.uri());
                Pulse two = Pulse.connect(redis.uri())) {
            List<Schedule> schedules = new ArrayList<>();
            for (Pulse pulse : List.of(one, two)) {
                PoolNode pool = pulse.joinPool(prefix.name("p"));
                pool.addService(handler, WorkerOptions.defaults());
                schedules.add(pool.schedule("s", Timetable.every(Duration.ofMillis(300)), planning -> {
                    planned.add(planning.due());
                    return Plan.nothing().starting("a", PAYLOAD).stoppingOthers();
                }));
            }
            awaitRunning("a");
            while (trial.goesOn()) {
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                int before = planned.size();
                redis.kill();
                redis.restart();
                await().atMost(LONG).until(() -> planned.size() > before + 1);
            }
            trial.add(Findings.events(planned.size()));
            long taken = schedules.stream()
                    .mapToLong(schedule -> schedule.figures().planned())
                    .sum();
            assertThat(taken).isLessThanOrEqualTo(planned.stream().distinct().count());
            awaitRunning("a");
        }
    }
}
