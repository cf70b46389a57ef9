package dev.pulse.faults;

import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolInvariants;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.testing.Node;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Processes that die, or stand still, at each point of a task. The points at which a worker can leave a task behind have a
 * test each, by name.
 */
@RedisTest
class TaskProcessFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(40);
    private static final Duration LEASE = Duration.ofSeconds(2);
    /** After which a task of somebody who died runs again, on a machine that is busy. */
    private static final Duration AGAIN_WITHIN = LEASE.plusSeconds(2).plus(Checker.BUSY);

    private final Queue<String> history = new ConcurrentLinkedQueue<>();
    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final List<Node> processes = new ArrayList<>();
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private String uri;
    private PoolTerms terms;
    private Pulse pulse;
    private PoolNode node;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        uri = redis.uri();
        terms = new PoolTerms(prefix.name("p"), LEASE);
        pulse = Pulse.builder().uri(uri).listener(events::add).connect();
        node = pulse.joinPool(
                terms.pool(), PoolOptions.builder().settings(terms::apply).build());
    }

    @AfterEach
    void close() {
        mayEnd.countDown();
        processes.forEach(Node::close);
        try (RespClient raw = RespClient.connect(uri);
                Pulse closing = pulse) {
            new PoolInvariants(raw, PoolRecord.keys(raw, terms.pool())).check();
        }
    }

    private Node process(int atOnce) {
        Node process = Node.start(TaskProcess.class, uri, terms.toString(), Integer.toString(atOnce));
        processes.add(process);
        await().atMost(LONG).until(() -> process.history().stream().anyMatch(line -> line.startsWith("JOINED")));
        return process;
    }

    private static void awaitLine(Node process, String line) {
        await().atMost(LONG).until(() -> process.history().contains(line));
    }

    /** A worker in this process, whose tasks write down their attempts and wait for the end of the test. */
    private Worker join() throws InterruptedException {
        return node.addTasks(
                task -> {
                    history.add(task.key() + " " + task.attempt());
                    mayEnd.await();
                    return TaskResult.done("here".getBytes(StandardCharsets.UTF_8));
                },
                WorkerOptions.defaults());
    }

    private void dispatch(String key, String what) throws InterruptedException {
        node.dispatch(request(key, what));
    }

    private static JobRequest request(String key, String what) {
        return JobRequest.of(key, what.getBytes(StandardCharsets.UTF_8)).withId("id of " + key);
    }

    private void dispatchInBackground(String key, String what) {
        Thread.startVirtualThread(() -> {
            try {
                dispatch(key, what);
            } catch (InterruptedException | RuntimeException e) {
                // the test looks at who runs it
            }
        });
    }

    private void awaitOutcome(String key, Outcome.State state) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(node.outcome("id of " + key).map(Outcome::state))
                        .contains(state));
    }

    @PulseTest
    @Attacks(
            value = {P7, P17},
            by = Fault.F12)
    void killedInATaskItRunsAgainElsewhereAndTheAttemptIsCounted() throws InterruptedException {
        Node victim = process(10);
        dispatch("a", "wait");
        awaitLine(victim, "BEGIN a 1");
        join();
        victim.kill();
        await().atMost(AGAIN_WITHIN).until(() -> history.contains("a 2"));
        mayEnd.countDown();
        awaitOutcome("a", Outcome.State.DONE);
        assertThat(history).containsExactly("a 2");
    }

    @PulseTest
    @Attacks(value = P7, by = Fault.F12)
    void killedBeforeATaskBeganItRunsElsewhereWithAllItsAttempts() throws InterruptedException {
        Node victim = process(1);
        dispatch("a", "wait");
        awaitLine(victim, "BEGIN a 1");
        dispatchInBackground("b", "wait");
        await().atMost(LONG)
                .until(() -> node.job("b")
                        .map(JobInfo::state)
                        .filter(JobInfo.State.ASSIGNED::equals)
                        .isPresent());
        victim.kill();
        join();
        await().atMost(AGAIN_WITHIN).until(() -> history.size() == 2);
        assertThat(history).containsExactlyInAnyOrder("a 2", "b 1");
    }

    @PulseTest
    @Attacks(
            value = {P7, P17},
            by = Fault.F12)
    void killedAfterATaskWasDoneItLeavesNothingBehind() throws InterruptedException {
        Node victim = process(10);
        dispatch("a", "done");
        awaitOutcome("a", Outcome.State.DONE);
        victim.kill();
        join();
        // what is done never runs again, also when it is dispatched again
        dispatch("a", "done");
        dispatch("b", "wait");
        await().atMost(AGAIN_WITHIN).until(() -> node.workers().size() == 1);
        assertThat(node.job("a")).isEmpty();
        // the handler is called a moment after the dispatch is told
        await().atMost(LONG).untilAsserted(() -> assertThat(history).containsExactly("b 1"));
    }

    @PulseTest
    @Attacks(value = P7, by = Fault.F12)
    void killedWhileItLeavesItsTaskRunsElsewhere() throws InterruptedException {
        Node victim = process(10);
        dispatch("a", "wait");
        awaitLine(victim, "BEGIN a 1");
        Worker other = join();
        victim.tell("leave");
        await().atMost(LONG)
                .until(() -> node.workers().stream()
                        .anyMatch(worker -> !worker.id().equals(other.id()) && worker.leaving()));
        assertThat(victim.history()).doesNotContain("INTERRUPTED a 1");
        victim.kill();
        await().atMost(AGAIN_WITHIN).until(() -> history.contains("a 2"));
    }

    @PulseTest
    @Attacks(
            value = {P6, P7},
            by = Fault.F11)
    void aWorkerThatStoodStillInterruptsItsTasksWhenItWakes() throws InterruptedException {
        Node sleeper = process(10);
        dispatch("a", "wait");
        awaitLine(sleeper, "BEGIN a 1");
        join();
        sleeper.pause();
        await().atMost(AGAIN_WITHIN).until(() -> history.contains("a 2"));
        assertThat(sleeper.history()).doesNotContain("INTERRUPTED a 1");
        sleeper.resume();
        awaitLine(sleeper, "INTERRUPTED a 1");
        // it is a worker again, and the task is where it was
        await().atMost(LONG).until(() -> node.workers().size() == 2);
        assertThat(node.job("a").map(JobInfo::state)).contains(JobInfo.State.RUNNING);
        assertThat(history).containsExactly("a 2");
    }

    @PulseTest
    @Attacks(
            value = {P7, P17},
            by = Fault.F12)
    void aTaskThatKillsItsProcessEachTimeIsDeadAfterItsAttempts() throws InterruptedException {
        List<Node> victims = List.of(process(10), process(10));
        dispatchInBackground("other", "wait");
        JobRequest request = request("poison", "halt").withAttempts(2);
        node.dispatch(request);
        await().atMost(AGAIN_WITHIN.multipliedBy(2))
                .until(() -> victims.stream().noneMatch(Node::isAlive));
        join();
        awaitOutcome("poison", Outcome.State.DEAD);
        List<String> attempts = victims.stream()
                .flatMap(victim -> victim.history().stream())
                .filter(line -> line.startsWith("BEGIN poison"))
                .toList();
        assertThat(attempts).containsExactlyInAnyOrder("BEGIN poison 1", "BEGIN poison 2");
        assertThat(node.job("poison").map(JobInfo::state)).contains(JobInfo.State.DEAD);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(PulseEvent.JobDead.class));
        // whoever was beside it goes on
        await().atMost(LONG).until(() -> history.stream().anyMatch(line -> line.startsWith("other")));
        assertThat(history).noneMatch(line -> line.startsWith("poison"));
    }
}
