package dev.pulse.faults;

import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Handlers of jobs that misbehave in every way. */
@RedisTest
class HandlerFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration START_TIMEOUT = Duration.ofMillis(700);
    private static final Pace BUSY = new Pace(60, Duration.ofMillis(5), true);

    @Drill
    @Attacks(
            value = {P6, P7, P8, P12, P17},
            by = Fault.F14)
    void handlersThatMisbehaveHarmNoOtherJob(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        PoolTerms terms = new PoolTerms(prefix.name("p"), LEASE);
        try (PoolFleet fleet = new PoolFleet(trial, redis::uri, terms)) {
            for (int i = 0; i < 2; i++) {
                PoolMember member = fleet.member(Pulse.builder().uri(redis.uri()));
                member.join(new Wild(member, trial.random().nextLong()), START_TIMEOUT);
                member.load(BUSY, trial.random().nextLong());
            }
            while (trial.goesOn()) {
                fleet.awaitMoreAccepted(20);
            }
            fleet.finish();
            closingIsBounded(redis, prefix.name("other"));
        }
    }

    @PulseTest
    @Attacks(
            value = {P6, P7},
            by = Fault.F14)
    void handlersThatComputeOnAllProcessorsCostNoWorkerItsLease(TestRedis redis, Prefix prefix)
            throws InterruptedException {
        int jobs = 2 * Runtime.getRuntime().availableProcessors();
        Map<String, Integer> starts = new ConcurrentHashMap<>();
        Queue<PulseEvent> lost = new ConcurrentLinkedQueue<>();
        CountDownLatch all = new CountDownLatch(jobs);
        Duration lease = Duration.ofSeconds(3);
        PoolOptions options = PoolOptions.builder()
                .settings(settings -> settings.withLease(lease))
                .build();
        try (Pulse pulse = Pulse.builder()
                .uri(redis.uri())
                .listener(event -> {
                    if (event instanceof PulseEvent.WorkerLost) {
                        lost.add(event);
                    }
                })
                .connect()) {
            PoolNode node = pulse.joinPool(prefix.name("p"), options);
            Worker worker = node.addService(
                    new ServiceHandler() {
                        @Override
                        public void start(Job job) throws InterruptedException {
                            starts.merge(job.key(), 1, Integer::sum);
                            all.countDown();
                            all.await();
                            compute(lease.multipliedBy(2).plusMillis(200));
                        }

                        @Override
                        public void stop(Job job) {}
                    },
                    WorkerOptions.defaults());
            String id = worker.id();
            List<Thread> callers = IntStream.range(0, jobs)
                    .mapToObj(i -> Thread.startVirtualThread(() -> dispatch(node, "job-" + i)))
                    .toList();
            for (Thread caller : callers) {
                assertThat(caller.join(Duration.ofMinutes(1))).isTrue();
            }
            assertThat(lost).isEmpty();
            assertThat(worker.id()).isEqualTo(id);
            assertThat(worker.figures().lostLeases()).isZero();
            assertThat(starts)
                    .hasSize(jobs)
                    .allSatisfy((key, times) -> assertThat(times).as(key).isEqualTo(1));
        }
    }

    private static void dispatch(PoolNode node, String key) {
        try {
            node.dispatch(JobRequest.of(key, new byte[0]));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compute(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /** A job that nothing ends: closing waits for it no longer than it was told to. */
    private static void closingIsBounded(TestRedis redis, String name) throws InterruptedException {
        Set<Thread> hanging = ConcurrentHashMap.newKeySet();
        Pulse stubborn = Pulse.connect(redis.uri());
        stubborn.joinPool(name)
                .addService(
                        new ServiceHandler() {
                            @Override
                            public void start(Job job) {}

                            @Override
                            public void stop(Job job) {
                                hanging.add(Thread.currentThread());
                                sleepThroughInterrupts(Duration.ofMillis(3_500));
                            }
                        },
                        WorkerOptions.defaults());
        stubborn.pool(name).dispatch(JobRequest.of("a", new byte[0]));
        long begun = System.nanoTime();
        stubborn.close(Duration.ofMillis(500));
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Checker.BUSY.plusSeconds(3));
        for (Thread thread : hanging) {
            thread.join();
        }
    }

    /** One that fails does it in any way there is; and one in ten does not end as it should. */
    private static final class Wild extends PoolMember.Writing {
        private final Random random;

        Wild(PoolMember member, long seed) {
            member.super();
            this.random = new Random(seed);
        }

        private int draw(int kinds) {
            synchronized (random) {
                return random.nextInt(kinds);
            }
        }

        @Override
        void begin(Job job) throws Exception {
            if (!PoolLoad.isToFail(text(job))) {
                super.begin(job);
                return;
            }
            switch (draw(6)) {
                case 0 -> throw new IllegalStateException("thrown as ordered");
                case 1 -> throw new AssertionError("an error as ordered");
                case 2 -> recurse(0);
                case 3 -> throw new InterruptedException("as ordered");
                case 4 -> Thread.sleep(Duration.ofHours(1));
                default -> sleepThroughInterrupts(START_TIMEOUT.multipliedBy(2));
            }
        }

        @Override
        void end(Job job) throws Exception {
            switch (draw(50)) {
                case 0 -> throw new IllegalStateException("thrown as ordered");
                case 1 -> throw new AssertionError("an error as ordered");
                case 2 -> recurse(0);
                case 3 -> Thread.currentThread().interrupt();
                case 4 -> sleepThroughInterrupts(PoolTerms.STOP_TIMEOUT.multipliedBy(2));
                default -> super.end(job);
            }
        }
    }

    private static int recurse(int depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1;
    }

    private static void sleepThroughInterrupts(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                // as handlers of others do
            }
        }
    }
}
