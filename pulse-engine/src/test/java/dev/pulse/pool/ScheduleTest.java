package dev.pulse.pool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Promise;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Schedules from end to end: one plan per due time, and what becomes of it. */
@RedisTest(shared = true)
class ScheduleTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Timetable OFTEN = Timetable.every(Duration.ofMillis(300));
    private static final Timetable ONCE = Timetable.every(Duration.ofDays(1));
    private static final byte[] PAYLOAD = {1};

    private final Ledger ledger = new Ledger();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final Queue<Planning> plannings = new ConcurrentLinkedQueue<>();
    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Plan> wanted = new AtomicReference<>(Plan.nothing());
    private TestRedis redis;
    private Pulse one;
    private Pulse two;
    private PoolNode first;
    private PoolNode second;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        this.redis = redis;
        name = prefix.name("p");
        one = Pulse.builder().uri(redis.uri()).listener(events::add).connect();
        two = Pulse.connect(redis.uri());
        first = one.joinPool(name);
        second = two.joinPool(name);
        first.addService(handler(), WorkerOptions.defaults());
    }

    /** That of the ledger, but some jobs cannot be begun. */
    private ServiceHandler handler() {
        ServiceHandler handler = ledger.handler("one");
        return new ServiceHandler() {
            @Override
            public void start(Job job) throws Exception {
                if (broken.contains(job.key())) {
                    throw new IllegalStateException("thrown as ordered");
                }
                handler.start(job);
            }

            @Override
            public void stop(Job job) throws Exception {
                handler.stop(job);
            }
        };
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        assertThat(ledger.faults()).containsExactly(Set.of(), Set.of());
        assertThat(plannings.stream().map(Planning::due)).doesNotHaveDuplicates();
    }

    private Plan plan(Planning planning) {
        plannings.add(planning);
        return requireNonNull(wanted.get());
    }

    private void awaitRunning(String... keys) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(ledger.running().keySet())
                        .as(this::whatIsKnown)
                        .containsExactlyInAnyOrder(keys));
    }

    private String whatIsKnown() {
        try {
            return "planned %d times, told %s, at %s the pool had %s"
                    .formatted(plannings.size(), events, Instant.now(), first.figures());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private void awaitPlans(int count) {
        int before = plannings.size();
        await().atMost(LONG).until(() -> plannings.size() >= before + count);
    }

    @PulseTest
    void itStartsWhatIsPlannedAndLeavesWhatRunsAlone() throws InterruptedException {
        wanted.set(Plan.nothing().starting("a", PAYLOAD).starting("b", PAYLOAD));
        Schedule schedule = first.schedule("s", OFTEN, this::plan);
        awaitRunning("a", "b");
        awaitPlans(3);
        assertThat(ledger.starts("a")).isEqualTo(1);
        assertThat(first.job("a").orElseThrow().id()).startsWith("schedule/s/").endsWith("/a");
        await().atMost(LONG).until(() -> schedule.figures().done() >= 4);
        assertThat(schedule.figures().failed()).isZero();
        assertThat(schedule.figures().failedItems()).isZero();
        assertThat(events).isEmpty();
    }

    @PulseTest
    void itStopsWhatIsPlannedToEndAndAllOthersWhereThatIsPlanned() throws InterruptedException {
        wanted.set(Plan.nothing().starting("a", PAYLOAD).starting("b", PAYLOAD).starting("c", PAYLOAD));
        first.schedule("s", OFTEN, this::plan);
        awaitRunning("a", "b", "c");
        wanted.set(Plan.nothing().stopping(List.of("a", "never-there")));
        awaitRunning("b", "c");
        wanted.set(Plan.nothing().starting("c", PAYLOAD).stoppingOthers());
        awaitRunning("c");
        wanted.set(Plan.nothing().stoppingOthers());
        awaitRunning();
        try (RespClient client = redis.client()) {
            PoolKeys keys = new RawPool(client, name).keys();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(client.list("SMEMBERS", keys.scheduledJobs("s")))
                            .isEmpty());
        }
    }

    @PulseTest
    @Attacks(Promise.P18)
    void itNeverStopsAJobThatItDidNotStart() throws InterruptedException {
        first.dispatch(JobRequest.of("mine", PAYLOAD));
        first.dispatch(JobRequest.of("taken", PAYLOAD));
        wanted.set(Plan.nothing()
                .starting("taken", PAYLOAD)
                .stopping(List.of("mine"))
                .stoppingOthers());
        Schedule schedule = first.schedule("s", OFTEN, this::plan);
        second.schedule("other", OFTEN, planning -> Plan.nothing().starting("theirs", PAYLOAD));
        awaitRunning("mine", "taken", "theirs");
        awaitPlans(3);
        assertThat(ledger.starts("mine")).isEqualTo(1);
        assertThat(ledger.starts("taken")).isEqualTo(1);
        assertThat(ledger.starts("theirs")).isEqualTo(1);
        await().atMost(LONG).until(() -> schedule.figures().failedItems() > 0);
        // what was counted is told later
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events).first().satisfies(event -> {
                    PulseEvent.PlanItemFailed failed = (PulseEvent.PlanItemFailed) event;
                    assertThat(failed.key()).isEqualTo("taken");
                    assertThat(failed.cause()).contains("there is a job \"taken\"");
                }));
    }

    @PulseTest
    void nobodyElseMayDispatchUnderTheIdsOfSchedules() {
        JobRequest disguised = JobRequest.of("mine", PAYLOAD).withId("schedule/s/1/mine");
        assertThatThrownBy(() -> first.dispatch(disguised))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schedule/");
    }

    @PulseTest
    @Attacks(Promise.P18)
    void aJobThatFailsIsToldTriedAgainAndDelaysNoOther() throws InterruptedException {
        broken.add("bad");
        AtomicInteger asked = new AtomicInteger();
        Schedule schedule = first.schedule("s", Timetable.every(Duration.ofSeconds(1)), planning -> {
            // one plan, which is not replaced by another
            if (asked.incrementAndGet() > 1) {
                throw new IllegalStateException("thrown as ordered");
            }
            return Plan.nothing().starting("bad", PAYLOAD).starting("good", PAYLOAD);
        });
        awaitRunning("good");
        await().atMost(LONG).until(() -> schedule.figures().failedItems() >= 2);
        await().atMost(LONG).until(() -> schedule.figures().open() == 1);
        broken.clear();
        awaitRunning("bad", "good");
        await().atMost(LONG).until(() -> schedule.figures().open() == 0);
        assertThat(events)
                .filteredOn(PulseEvent.PlanItemFailed.class::isInstance)
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(event -> {
                    PulseEvent.PlanItemFailed failed = (PulseEvent.PlanItemFailed) event;
                    assertThat(failed.key()).isEqualTo("bad");
                    assertThat(failed.cause()).contains("could not be begun", "thrown as ordered");
                });
        // the next try is another dispatch
        assertThat(first.job("bad").orElseThrow().id()).matches("schedule/s/\\d+/bad#\\d+");
    }

    @PulseTest
    @Attacks(Promise.P18)
    void oneOfAllNodesPlansEachDueTime() throws InterruptedException {
        AtomicInteger onOne = new AtomicInteger();
        AtomicInteger onTwo = new AtomicInteger();
        first.schedule("s", OFTEN, planning -> {
            onOne.incrementAndGet();
            return plan(planning);
        });
        second.schedule("s", OFTEN, planning -> {
            onTwo.incrementAndGet();
            return plan(planning);
        });
        await().atMost(LONG).until(() -> onOne.get() > 1 && onTwo.get() > 1);
    }

    @PulseTest
    @Attacks(Promise.P18)
    void aPlannerThatTakesLongKeepsItsClaim() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        PoolSettings lively = first.changeSettings(settings -> settings.withLease(Duration.ofSeconds(6)));
        assertThat(lively.lease()).isEqualTo(Duration.ofSeconds(6));
        Planner slow = planning -> {
            plannings.add(planning);
            begun.countDown();
            enough.await();
            return Plan.nothing().starting("a", PAYLOAD);
        };
        Schedule mine = first.schedule("s", OFTEN, slow);
        begun.await();
        AtomicInteger others = new AtomicInteger();
        second.schedule("s", OFTEN, planning -> {
            others.incrementAndGet();
            return plan(planning);
        });
        awaitRenewalsPastTheFirstEnd();
        assertThat(others).hasValue(0);
        enough.countDown();
        awaitRunning("a");
        assertThat(mine.figures().lost()).isZero();
    }

    /** Until a claim that nobody renews had ended, and this one was renewed twice since. */
    private void awaitRenewalsPastTheFirstEnd() {
        try (RespClient client = redis.client()) {
            String schedule = new RawPool(client, name).keys().schedule("s");
            Supplier<Long> end = () -> Long.parseLong((String) requireNonNull(client.call("HGET", schedule, "pl")));
            long first = end.get();
            Set<Long> ends = new TreeSet<>();
            await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> {
                if (Long.parseLong((String) client.list("TIME").getFirst()) * 1_000 > first) {
                    ends.add(end.get());
                }
                return ends.size() > 2;
            });
        }
    }

    @PulseTest
    void aPlannerThatThrowsIsAskedAgainAndChangesNothing() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        Schedule schedule = first.schedule("s", OFTEN, planning -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("thrown as ordered");
            }
            return Plan.nothing().starting("a", PAYLOAD);
        });
        awaitRunning("a");
        assertThat(schedule.figures().failed()).isEqualTo(1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .filteredOn(PulseEvent.PlanFailed.class::isInstance)
                        .singleElement()
                        .satisfies(event -> assertThat(((PulseEvent.PlanFailed) event).cause())
                                .isEqualTo("java.lang.IllegalStateException: thrown as ordered")));
    }

    @PulseTest
    void anotherIntervalHoldsOnAllNodesAndItCanBeEndedAndBegunAgain() throws InterruptedException {
        Schedule yearly = first.schedule("s", Timetable.every(Duration.ofDays(365)), this::plan);
        Schedule other = second.schedule("s", OFTEN, this::plan);
        await().atMost(LONG).until(() -> yearly.timetable().equals(OFTEN));
        awaitPlans(2);
        yearly.close();
        other.close();
        Schedule again = first.schedule("s", OFTEN, this::plan);
        awaitPlans(2);
        again.change(ONCE);
        assertThat(again.next().orElseThrow()).isAfter(plannings.peek().due().plus(Duration.ofHours(23)));
    }

    @PulseTest
    void closingInterruptsThePlannerAndJobsGoOn() throws InterruptedException {
        wanted.set(Plan.nothing().starting("a", PAYLOAD));
        first.schedule("s", OFTEN, this::plan);
        awaitRunning("a");
        CountDownLatch begun = new CountDownLatch(1);
        Schedule hangs = second.schedule("hangs", OFTEN, planning -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return Plan.nothing();
        });
        begun.await();
        assertThat(hangs.close(Duration.ofMillis(50)).how()).isEqualTo(CloseResult.How.INTERRUPTED);
        awaitRunning("a");
    }

    @PulseTest
    void aShutdownLeavesNothing() throws InterruptedException {
        wanted.set(Plan.nothing().starting("a", PAYLOAD).starting("b", PAYLOAD));
        Schedule schedule = first.schedule("s", OFTEN, this::plan);
        awaitRunning("a", "b");
        try (RespClient client = redis.client()) {
            PoolKeys keys = new RawPool(client, name).keys();
            assertThat(second.shutdown(LONG)).isTrue();
            new PoolInvariants(client, keys).checkEnded();
        }
        assertThat(ledger.running()).isEmpty();
        await().atMost(LONG)
                .untilAsserted(() -> assertThatThrownBy(() -> schedule.change(OFTEN))
                        .isInstanceOfAny(IllegalStateException.class, dev.pulse.PoolShutDownException.class));
    }

    @PulseTest
    void moreThanAPlanMayHaveIsRefusedByName() {
        assertThatThrownBy(() -> Plan.nothing().starting("a", PAYLOAD).starting("a", PAYLOAD))
                .hasMessage("a plan names a job once, named twice \"a\"");
        assertThatThrownBy(() -> Plan.nothing().starting("", PAYLOAD)).isInstanceOf(IllegalArgumentException.class);
    }
}
