package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.Health;
import dev.pulse.JobFailedException;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a worker does with tasks, whatever their handler does. */
@RedisTest(shared = true)
class TaskTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] NOTHING = {};
    private static final WorkerOptions QUICK = WorkerOptions.builder()
            .attempts(3)
            .backoff(Duration.ofMillis(10))
            .maxBackoff(Duration.ofMillis(20))
            .build();

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final TaskHands hands = new TaskHands();
    private final CountDownLatch end = new CountDownLatch(1);
    private Pulse pulse;
    private PoolNode node;

    @SuppressWarnings("NullAway.Init") // by each test
    private Worker worker;

    private RespClient client;
    private RawPool raw;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        String name = prefix.name("p");
        pulse = Pulse.builder().uri(redis.uri()).listener(events::add).connect();
        node = pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withStopTimeout(Duration.ofMillis(300)))
                        .build());
        client = redis.client();
        raw = new RawPool(client, name);
    }

    @AfterEach
    void close() {
        end.countDown();
        try (RespClient raws = client;
                Pulse closing = pulse) {
            new PoolInvariants(raws, raw.keys()).check();
        }
    }

    private Worker begin(WorkerOptions options) throws InterruptedException {
        worker = node.addTasks(hands, options);
        return worker;
    }

    private Worker begin() throws InterruptedException {
        return begin(QUICK);
    }

    private static WorkerOptions atOnce(int tasks) {
        return WorkerOptions.builder().maxJobs(tasks).build();
    }

    private void dispatch(String key) throws InterruptedException {
        dispatch(request(key));
    }

    /** Returns when the handler was called, which is a moment after it is told. */
    private void dispatch(JobRequest request) throws InterruptedException {
        node.dispatch(request);
        await().atMost(LONG).until(() -> hands.history().contains(request.key() + " 1"));
    }

    private static JobRequest request(String key) {
        return JobRequest.of(key, key.getBytes(StandardCharsets.UTF_8));
    }

    private List<Thread> dispatchInBackground(List<String> keys) {
        return keys.stream()
                .map(key -> Thread.startVirtualThread(() -> {
                    try {
                        dispatch(key);
                    } catch (InterruptedException | RuntimeException e) {
                        // the test looks at what the worker does
                    }
                }))
                .toList();
    }

    private String outcome(String id, String field) {
        return String.valueOf(client.call("HGET", raw.keys().outcome(id), field));
    }

    private void awaitState(String key, String state) {
        await().atMost(LONG).untilAsserted(() -> assertThat(raw.record(key)).containsEntry("st", state));
    }

    private void awaitGone(String key) {
        await().atMost(LONG).untilAsserted(() -> assertThat(raw.record(key)).isEmpty());
    }

    /** As a handler that does not know what an interrupt means. */
    private TaskResult awaitWhateverComes(Task task) {
        boolean over = false;
        while (!over) {
            try {
                end.await();
                over = true;
            } catch (InterruptedException e) {
                // it goes on
            }
        }
        return TaskResult.done();
    }

    /** As a handler that forgets to say how it went. */
    @SuppressWarnings("NullAway")
    private static TaskResult nothing() {
        return null;
    }

    private TaskResult awaitEnd(Task task) throws InterruptedException {
        end.await();
        return TaskResult.done();
    }

    @PulseTest
    void aTaskThatIsDoneLeavesItsResultAndNothingElse() throws InterruptedException {
        begin();
        dispatch(request("a").withId("order"));
        awaitGone("a");
        assertThat(outcome("order", "st")).isEqualTo("done");
        assertThat(outcome("order", "res")).isEqualTo("result of a");
        Task task = hands.task("a");
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.attempts()).isEqualTo(3);
        assertThat(task.payload()).asString().isEqualTo("a");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures())
                        .extracting(WorkerFigures::jobs, WorkerFigures::attempts, WorkerFigures::done)
                        .containsExactly(0, 1L, 1L));
        assertThat(raw.unhandled(worker.id())).isZero();
        await().atMost(LONG).until(() -> !task.leased());
    }

    @PulseTest
    void anAttemptThatThrowsIsMadeAgainUntilNoneIsLeft() throws InterruptedException {
        hands.onAny(task -> {
            throw new IllegalStateException("no luck");
        });
        begin();
        dispatch(request("a").withId("order"));
        dispatch(request("b").withAttempts(1));
        awaitState("a", "dead");
        awaitState("b", "dead");
        assertThat(hands.history().stream().filter(line -> line.startsWith("a")))
                .containsExactly("a 1", "a 2", "a 3");
        assertThat(outcome("order", "st")).isEqualTo("dead");
        assertThat(raw.record("a").get("e")).contains("no luck");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures())
                        .extracting(WorkerFigures::attempts, WorkerFigures::failedAttempts, WorkerFigures::dead)
                        .containsExactly(4L, 4L, 2L));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .filteredOn(PulseEvent.JobDead.class::isInstance)
                        .hasSize(2)
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(PulseEvent.JobDead.class, dead -> {
                                    assertThat(dead.id()).isEqualTo("order");
                                    assertThat(dead.attempts()).isEqualTo(3);
                                    assertThat(dead.cause()).contains("no luck");
                                })));
        assertThat(node.figures().dead()).isEqualTo(2);
    }

    @PulseTest
    void ofDeadOnesNoMoreAreKeptThanThePoolSays() throws InterruptedException {
        hands.onAny(task -> TaskResult.dead("never"));
        begin();
        node.changeSettings(settings -> settings.withDeadLimit(2));
        for (int i = 0; i < 5; i++) {
            dispatch("job" + i);
        }
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(node.figures())
                        .extracting(PoolFigures::dead, PoolFigures::dropped)
                        .containsExactly(2L, 3L));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events.stream()
                                .filter(PulseEvent.DeadJobsDropped.class::isInstance)
                                .mapToLong(event -> ((PulseEvent.DeadJobsDropped) event).jobs())
                                .sum())
                        .isEqualTo(3));
    }

    @PulseTest
    void anAttemptThatFailsOnceIsDoneTheNextTime() throws InterruptedException {
        hands.on("a", task -> {
            if (task.attempt() == 1) {
                throw new StackOverflowError();
            }
            return TaskResult.done();
        });
        hands.on("b", task -> task.attempt() == 1 ? nothing() : TaskResult.done());
        begin();
        dispatch("a");
        dispatch("b");
        awaitGone("a");
        awaitGone("b");
        assertThat(hands.history()).containsExactlyInAnyOrder("a 1", "a 2", "b 1", "b 2");
    }

    @PulseTest
    void whatAsksToRunAgainLosesNoAttempt() throws InterruptedException {
        AtomicInteger rounds = new AtomicInteger();
        hands.on(
                "a",
                task -> rounds.incrementAndGet() <= 5 ? TaskResult.again(Duration.ofMillis(1)) : TaskResult.done());
        begin();
        dispatch("a");
        awaitGone("a");
        assertThat(hands.history()).hasSize(6).containsOnly("a 1");
    }

    @PulseTest
    void whatCanNeverBeDoneIsDeadAtOnce() throws InterruptedException {
        hands.on("a", task -> TaskResult.dead("no such customer"));
        begin();
        dispatch("a");
        awaitState("a", "dead");
        assertThat(hands.history()).containsExactly("a 1");
        assertThat(raw.record("a")).containsEntry("e", "no such customer");
        assertThat(node.stopJob("a")).isTrue();
        assertThat(raw.record("a")).isEmpty();
    }

    @PulseTest
    void aStopInterruptsTheTaskAndIsFinal() throws InterruptedException {
        hands.on("a", this::awaitEnd);
        begin();
        dispatch(request("a").withId("order"));
        assertThat(node.stopJob("a")).isTrue();
        assertThat(hands.running()).isEmpty();
        assertThat(hands.task("a").isStopping()).isTrue();
        assertThat(raw.record("a")).isEmpty();
        assertThat(outcome("order", "st")).isEqualTo("stopped");
        assertThat(worker.figures().failedAttempts()).isZero();
        assertThat(hands.history()).containsExactly("a 1");
    }

    @PulseTest
    void aTaskThatIsDoneWhenItIsToStopIsDone() throws InterruptedException {
        hands.on("a", task -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                // it was just about to end
            }
            return TaskResult.done();
        });
        begin();
        dispatch(request("a").withId("order"));
        assertThat(node.stopJob("a")).isTrue();
        assertThat(outcome("order", "st")).isEqualTo("done");
    }

    @PulseTest
    void aHandlerThatIgnoresItsInterruptKeepsItsKeyAndDelaysNobody() throws InterruptedException {
        hands.on("a", this::awaitWhateverComes);
        begin();
        dispatch("a");
        Thread stopping = Thread.startVirtualThread(() -> {
            try {
                node.stopJob("a");
            } catch (InterruptedException | RuntimeException e) {
                // the test looks at what the worker does
            }
        });
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(
                                        PulseEvent.JobHung.class,
                                        hung -> assertThat(hung.call()).isEqualTo("run"))));
        assertThat(worker.figures().hanging()).isEqualTo(1);
        assertThat(pulse.health().status()).isEqualTo(Health.Status.DEGRADED);
        dispatch("b");
        awaitGone("b");
        assertThat(worker.keys()).containsExactly("a");
        assertThat(hands.task("a").isStopping()).isTrue();
        end.countDown();
        assertThat(stopping.join(LONG)).isTrue();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures().hanging()).isZero());
        awaitGone("a");
    }

    @PulseTest
    void noMoreTasksRunAtOnceThanThereIsRoomFor() throws InterruptedException {
        Semaphore steps = new Semaphore(0);
        AtomicInteger most = new AtomicInteger();
        hands.onAny(task -> {
            most.accumulateAndGet(hands.running().size(), Math::max);
            steps.acquire();
            return task.payload().length > 0 && task.key().equals(new String(task.payload(), StandardCharsets.UTF_8))
                    ? TaskResult.done()
                    : TaskResult.dead("another payload");
        });
        begin(atOnce(2));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            keys.add("task-" + i);
        }
        List<Thread> callers = dispatchInBackground(keys);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures().waiting()).isEqualTo(8));
        // what has room asks Redis before its handler is called
        await().atMost(LONG).until(() -> hands.running().size() == 2);
        // stopped while it waits, it never runs
        String waiting = worker.keys().stream()
                .filter(key -> !hands.running().contains(key))
                .findFirst()
                .orElseThrow();
        assertThat(node.stopJob(waiting)).isTrue();
        steps.release(9);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures())
                        .extracting(WorkerFigures::done, WorkerFigures::dead)
                        .containsExactly(9L, 0L));
        for (Thread caller : callers) {
            assertThat(caller.join(LONG)).isTrue();
        }
        assertThat(most).hasValue(2);
        assertThat(hands.history()).doesNotContain(waiting + " 1");
    }

    @PulseTest
    void payloadsComeAsTheyWereAlsoThoseThatDoNotFitIntoAnInbox() throws InterruptedException {
        begin(atOnce(1));
        for (int length : List.of(0, 4096, 4097, 100_000, 3_000_000)) {
            byte[] payload = new byte[length];
            new Random(length).nextBytes(payload);
            dispatch(JobRequest.of("task-" + length, payload));
            assertThat(hands.task("task-" + length).payload()).isEqualTo(payload);
        }
    }

    @PulseTest
    void whatRunsStaysWhenAnotherWorkerJoinsAndWhatWaitsMoves() throws InterruptedException {
        hands.onAny(this::awaitEnd);
        begin(atOnce(5));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            keys.add("task-" + i);
        }
        dispatchInBackground(keys);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures().waiting()).isEqualTo(35));
        await().atMost(LONG).until(() -> hands.running().size() == 5);
        Set<String> before = hands.running();
        TaskHands others = new TaskHands();
        Worker other = node.addTasks(others, WorkerOptions.defaults());
        await().atMost(LONG)
                .until(() -> other.figures().done() > 5 && other.keys().isEmpty());
        assertThat(hands.running().equals(before)).isTrue();
        assertThat(others.history()).allMatch(line -> line.endsWith(" 1"));
        assertThat(before).noneMatch(key -> others.history().contains(key + " 1"));
    }

    @PulseTest
    void closingWaitsForWhatRunsAndGivesAwayTheRest() throws InterruptedException {
        CountDownLatch mayEnd = new CountDownLatch(1);
        hands.on("a", task -> {
            mayEnd.await();
            return TaskResult.done();
        });
        begin(atOnce(1));
        dispatch("a");
        dispatchInBackground(List.of("b"));
        await().atMost(LONG).until(() -> worker.keys().size() == 2);
        Queue<CloseResult> result = new ConcurrentLinkedQueue<>();
        Thread closing = Thread.startVirtualThread(() -> result.add(worker.close(LONG)));
        TaskHands others = new TaskHands();
        await().atMost(LONG)
                .until(() ->
                        node.workers().isEmpty() || node.workers().getFirst().leaving());
        node.addTasks(others, QUICK);
        await().atMost(LONG).until(() -> others.history().contains("b 1"));
        assertThat(hands.running()).containsExactly("a");
        assertThat(hands.task("a").isStopping()).isFalse();
        mayEnd.countDown();
        assertThat(closing.join(LONG)).isTrue();
        assertThat(result.element().how()).isEqualTo(CloseResult.How.DRAINED);
        awaitGone("a");
        assertThat(others.history()).containsExactly("b 1");
    }

    @PulseTest
    void whatDoesNotEndWhileItsWorkerClosesGoesOnElsewhereWithTheSameAttempt() throws InterruptedException {
        hands.onAny(this::awaitEnd);
        begin();
        dispatch(request("a").withAttempts(1));
        dispatch("b");
        TaskHands others = new TaskHands();
        node.addTasks(others, QUICK);
        var result = worker.close(Duration.ofMillis(100));
        assertThat(result.how()).isEqualTo(CloseResult.How.INTERRUPTED);
        awaitGone("a");
        awaitGone("b");
        Set<String> all = new HashSet<>(others.history());
        assertThat(all).isEqualTo(Set.of("a 1", "b 1"));
        assertThat(worker.figures().failedAttempts()).isZero();
    }

    @PulseTest
    void closingEndsThoughATaskIgnoresItsInterrupt() throws InterruptedException {
        hands.on("a", this::awaitWhateverComes);
        begin();
        dispatch("a");
        var result = worker.close(Duration.ofMillis(100));
        assertThat(result.how()).isEqualTo(CloseResult.How.ABANDONED);
        assertThat(result.problems()).isNotEmpty();
    }

    @PulseTest
    void whileThePoolIsPausedNoTaskBeginsAndWhatRunsGoesOn() throws InterruptedException {
        Semaphore steps = new Semaphore(0);
        hands.onAny(task -> {
            steps.acquire();
            return TaskResult.done();
        });
        begin(atOnce(1));
        dispatch("a");
        dispatchInBackground(List.of("b"));
        await().atMost(LONG).until(() -> worker.keys().size() == 2);
        node.pause();
        steps.release();
        awaitGone("a");
        awaitState("b", "waiting");
        assertThat(hands.history()).containsExactly("a 1");
        node.resume();
        steps.release();
        awaitGone("b");
        assertThat(hands.history()).containsExactly("a 1", "b 1");
    }

    @PulseTest
    void whatIsSentToATaskIsRefusedAtOnce() throws InterruptedException {
        hands.on("a", this::awaitEnd);
        begin();
        dispatch("a");
        assertThatThrownBy(() -> node.send("a", NOTHING, LONG))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no messages");
        assertThat(node.notifyJob("a", NOTHING)).isTrue();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures().dropped()).isEqualTo(1));
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(raw.unhandled(worker.id())).isZero());
        assertThat(hands.running()).containsExactly("a");
    }

    @PulseTest
    void aStartThatIsReadAgainAndAgainRunsOnce() throws InterruptedException {
        begin();
        hands.on("a", this::awaitEnd);
        dispatch("a");
        String[] again = raw.startEntry("a");
        for (int i = 0; i < 3; i++) {
            raw.tell(worker.id(), again);
        }
        end.countDown();
        awaitGone("a");
        raw.tell(worker.id(), again);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(raw.unhandled(worker.id())).isZero());
        assertThat(hands.history()).containsExactly("a 1");
    }

    @PulseTest
    void aTaskThatIsAnothersByNowIsInterrupted() throws InterruptedException {
        hands.on("a", this::awaitEnd);
        begin();
        dispatch("a");
        Task task = hands.task("a");
        long token = task.fencingToken() + 1;
        // as if the key had been given out anew
        raw.setRecord("a", "t", Long.toString(token));
        raw.setRecord("a", "st", "assigned");
        client.call("HSET", raw.keys().meta(), "f", Long.toString(token));
        hands.on("a", again -> TaskResult.done());
        raw.tell(worker.id(), raw.startEntry("a"));
        awaitGone("a");
        assertThat(hands.history()).containsExactly("a 1", "a 2");
        assertThat(task.leased()).isFalse();
        assertThat(worker.figures().failedAttempts()).isZero();
    }
}
