package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a worker does with its jobs, whatever its inbox says and its handler does. */
@RedisTest(shared = true)
class WorkerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final byte[] NOTHING = {};

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private final Hands hands = new Hands();
    private final CountDownLatch end = new CountDownLatch(1);
    private Pulse pulse;
    private String name;
    private PoolNode node;

    @SuppressWarnings("NullAway.Init") // by each test
    private Worker worker;

    private RespClient client;
    private RawPool raw;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        name = prefix.name("p");
        pulse = Pulse.builder().uri(redis.uri()).listener(events::add).connect();
        node = pulse.joinPool(name);
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
        worker = node.addService(hands, options);
        return worker;
    }

    private Worker begin() throws InterruptedException {
        return begin(WorkerOptions.defaults());
    }

    private static WorkerOptions startTimeout(Duration value) {
        return WorkerOptions.builder().startTimeout(value).build();
    }

    private Dispatch dispatch(String key) throws InterruptedException {
        return node.dispatch(JobRequest.of(key, NOTHING));
    }

    private Thread dispatchInBackground(String key) {
        return Thread.startVirtualThread(() -> {
            try {
                dispatch(key);
            } catch (InterruptedException | RuntimeException e) {
                // the test looks at what the worker does
            }
        });
    }

    private void awaitNothingUnhandled() {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(raw.unhandled(worker.id())).isZero());
    }

    @PulseTest
    void aStartThatIsReadAgainAndAgainStartsOnce() throws InterruptedException {
        begin();
        dispatch("a");
        for (int i = 0; i < 3; i++) {
            raw.tell(worker.id(), raw.startEntry("a"));
        }
        dispatch("b");
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start a", "start b");
        assertThat(worker.keys()).containsExactlyInAnyOrder("a", "b");
    }

    @PulseTest
    void aStartThatIsReadAfterTheEndOfItsJobStartsNothing() throws InterruptedException {
        begin();
        dispatch("a");
        String[] late = raw.startEntry("a");
        assertThat(node.stopJob("a")).isTrue();
        raw.tell(worker.id(), late);
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start a", "stop a");
        assertThat(worker.keys()).isEmpty();
    }

    @PulseTest
    void aStartThatComesAfterALaterOneIsStartedIfTheRecordSaysSo() throws InterruptedException {
        begin();
        dispatch("a");
        dispatch("b");
        // as if the worker had not yet read of it
        raw.assign("c", worker.id(), 5);
        raw.tell(worker.id(), "y", "s", "k", "c", "t", "5", "p", "x", "id", "i", "c", "", "mx", "1");
        await().atMost(LONG).untilAsserted(() -> assertThat(raw.record("c")).containsEntry("st", "running"));
        assertThat(hands.running()).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(hands.job("c").fencingToken()).isEqualTo(5);
        awaitNothingUnhandled();
    }

    @PulseTest
    void aStopThatOvertakesItsStartIsAnsweredAndTheStartStartsNothing() throws InterruptedException {
        begin();
        dispatch("a");
        String token = Long.toString(Long.MAX_VALUE / 1_000_000);
        raw.tell(worker.id(), "y", "x", "k", "b", "t", token, "c", "", "id", "");
        raw.tell(worker.id(), "y", "s", "k", "b", "t", token, "p", "x", "id", "i", "c", "", "mx", "1");
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start a");
    }

    @PulseTest
    void aJobThatIsAnothersWhenItHasStartedIsStopped() throws InterruptedException {
        Semaphore started = new Semaphore(0);
        hands.onStart("a", job -> started.acquire());
        begin();
        dispatchInBackground("a");
        await().atMost(LONG).until(() -> hands.history().contains("start a"));
        Job job = hands.job("a");
        assertThat(job.leased()).isTrue();
        raw.setRecord("a", "t", Long.toString(job.fencingToken() + 1));
        started.release();
        await().atMost(LONG).untilAsserted(() -> assertThat(hands.history()).containsExactly("start a", "stop a"));
        await().atMost(LONG).untilAsserted(() -> assertThat(worker.keys()).isEmpty());
        assertThat(job.leased()).isFalse();
        assertThat(job.isStopping()).isTrue();
        raw.forget("a", worker.id());
    }

    @PulseTest
    void payloadsComeAsTheyWereAlsoThoseThatDoNotFitIntoAnInbox() throws InterruptedException {
        begin();
        for (int length : List.of(0, 4096, 4097, 100_000, 3_000_000)) {
            byte[] payload = new byte[length];
            new Random(length).nextBytes(payload);
            node.dispatch(JobRequest.of("job-" + length, payload));
            assertThat(hands.job("job-" + length).payload()).isEqualTo(payload);
        }
        Hands others = new Hands();
        node.addService(others, WorkerOptions.defaults());
        worker.close();
        await().atMost(LONG).until(() -> others.running().size() == 5);
        assertThat(others.job("job-3000000").payload()).hasSize(3_000_000);
    }

    @PulseTest
    void aStartThatThrowsEndsItsJobAndTellsWhoDispatchedIt() throws InterruptedException {
        hands.onStart("a", job -> {
            throw new IllegalStateException("not today");
        });
        hands.onStart("b", job -> recurse(1));
        begin();
        assertThatThrownBy(() -> dispatch("a"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("not today");
        assertThatThrownBy(() -> dispatch("b"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("StackOverflowError");
        dispatch("c");
        assertThat(hands.history()).containsExactly("start a", "start b", "start c");
        assertThat(node.jobs()).singleElement().extracting(JobInfo::key).isEqualTo("c");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(PulseEvent.JobFailed.class, failed -> {
                                    assertThat(failed.key()).isEqualTo("a");
                                    assertThat(failed.cause()).contains("not today");
                                })));
    }

    @SuppressWarnings("InfiniteRecursion") // until the stack ends, as a handler may
    private static int recurse(int depth) {
        return recurse(depth + 1) + 1;
    }

    @PulseTest
    void aStartThatTakesTooLongIsInterruptedAndFails() throws InterruptedException {
        hands.onStart("a", job -> end.await());
        begin(startTimeout(Duration.ofMillis(50)));
        assertThatThrownBy(() -> dispatch("a"))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("start took more than PT0.05S");
        assertThat(hands.history()).containsExactly("start a");
        assertThat(node.jobs()).isEmpty();
    }

    @PulseTest
    void aStartThatReturnsTooLateIsUndone() throws InterruptedException {
        hands.onStart("a", WorkerTest::ignoreOneInterrupt);
        begin(startTimeout(Duration.ofMillis(50)));
        assertThatThrownBy(() -> dispatch("a")).isInstanceOf(JobFailedException.class);
        assertThat(hands.history()).containsExactly("start a", "stop a");
    }

    private static void ignoreOneInterrupt(Job job) {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            // it has what it needs
        }
    }

    @PulseTest
    void aStartThatHangsKeepsItsKeyAndNothingElse() throws InterruptedException {
        hands.onStart("a", job -> awaitWhateverComes());
        PoolNode impatient = pulse.joinPool(
                name,
                PoolOptions.builder().dispatchTimeout(Duration.ofSeconds(1)).build());
        // those that do not hang have time enough
        begin(startTimeout(Duration.ofSeconds(3)));
        assertThatThrownBy(() -> impatient.dispatch(JobRequest.of("a", NOTHING)))
                .isInstanceOf(OutcomeUnknownException.class);
        dispatch("b");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(
                                        PulseEvent.JobHung.class,
                                        hung -> assertThat(hung.key()).isEqualTo("a"))));
        assertThat(pulse.health().status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(worker.figures().hanging()).isEqualTo(1);
        assertThat(raw.record("a")).containsEntry("st", "assigned");
        dispatch("c");
        assertThat(hands.running()).containsExactlyInAnyOrder("b", "c");
        end.countDown();
        await().atMost(LONG).untilAsserted(() -> assertThat(raw.record("a")).isEmpty());
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(worker.figures())
                        .extracting(
                                WorkerFigures::jobs,
                                WorkerFigures::hanging,
                                WorkerFigures::started,
                                WorkerFigures::failedStarts)
                        .containsExactly(2, 0, 2L, 1L));
    }

    private void awaitWhateverComes() {
        boolean over = false;
        while (!over) {
            try {
                end.await();
                over = true;
            } catch (InterruptedException e) {
                // as a handler that does not know what an interrupt means
            }
        }
    }

    @PulseTest
    void aStopThatThrowsCountsAsStopped() throws InterruptedException {
        hands.onStop("a", job -> {
            throw new IllegalStateException("cannot");
        });
        begin();
        dispatch("a");
        assertThat(node.stopJob("a")).isTrue();
        assertThat(node.jobs()).isEmpty();
        await().atMost(LONG).untilAsserted(() -> assertThat(worker.keys()).isEmpty());
        dispatch("a");
        assertThat(hands.history()).containsExactly("start a", "stop a", "start a");
    }

    @PulseTest
    void jobsBeyondTheMostWaitForRoomAndCanBeStoppedMeanwhile() throws InterruptedException {
        begin(WorkerOptions.builder().maxJobs(2).build());
        dispatch("a");
        dispatch("b");
        Thread third = dispatchInBackground("c");
        Thread fourth = dispatchInBackground("d");
        await().atMost(LONG).until(() -> worker.keys().size() == 4);
        assertThat(node.figures().queued()).isEqualTo(2);
        assertThat(worker.figures().waiting()).isEqualTo(2);
        assertThat(hands.running()).containsExactlyInAnyOrder("a", "b");
        assertThat(node.stopJob("c")).isTrue();
        assertThat(third.join(LONG)).isTrue();
        assertThat(node.stopJob("a")).isTrue();
        assertThat(fourth.join(LONG)).isTrue();
        assertThat(hands.history()).containsExactly("start a", "start b", "stop a", "start d");
        assertThat(node.stopJob("b")).isTrue();
        dispatch("e");
        assertThat(hands.running()).containsExactlyInAnyOrder("d", "e");
    }

    @PulseTest
    void aStopThatIsReadTogetherWithItsStartDoesNotWaitForRoom() throws InterruptedException {
        begin(WorkerOptions.builder().maxJobs(1).build());
        dispatch("a");
        String token = Long.toString(hands.job("a").fencingToken() + 1);
        client.call("MULTI");
        raw.assign("b", worker.id(), Long.parseLong(token));
        raw.tell(worker.id(), "y", "s", "k", "b", "t", token, "p", "x", "id", "i", "c", "", "mx", "1");
        raw.tell(worker.id(), "y", "x", "k", "b", "t", token, "c", "", "id", "");
        client.call("EXEC");
        await().atMost(LONG).untilAsserted(() -> assertThat(raw.record("b")).isEmpty());
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start a");
    }

    @PulseTest
    void onlySoManyJobsAreStoppedAtOnceToBeMoved() throws InterruptedException {
        AtomicInteger stopping = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        begin();
        for (int i = 0; i < 200; i++) {
            dispatch("job-" + i);
        }
        hands.onAnyStop(job -> {
            most.accumulateAndGet(stopping.incrementAndGet(), Math::max);
            Thread.sleep(20);
            stopping.decrementAndGet();
        });
        Hands others = new Hands();
        node.addService(others, WorkerOptions.defaults());
        worker.close();
        await().atMost(LONG).until(() -> others.running().size() == 200);
        assertThat(most.get()).isBetween(2, 64);
        assertThat(hands.running()).isEmpty();
    }

    @PulseTest
    void aStopThatHangsKeepsItsJobWhenItIsToMove() throws InterruptedException {
        hands.onStop("a", job -> end.await());
        begin();
        dispatch("a");
        dispatch("b");
        Hands others = new Hands();
        Worker other = node.addService(others, WorkerOptions.defaults());
        Thread closing = Thread.startVirtualThread(worker::close);
        await().atMost(LONG).until(() -> others.running().contains("b"));
        // who gave it away hears later that it did
        await().atMost(LONG).untilAsserted(() -> assertThat(worker.keys()).containsExactly("a"));
        assertThat(raw.owned(other.id())).containsExactly("b");
        end.countDown();
        await().atMost(LONG).until(() -> others.running().contains("a"));
        assertThat(closing.join(LONG)).isTrue();
    }

    @PulseTest
    void aRestartThatThrowsIsTriedAgainLater() throws InterruptedException {
        AtomicInteger tries = new AtomicInteger();
        Hands others = new Hands();
        begin();
        dispatch("a");
        others.onStart("a", job -> {
            if (tries.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
        });
        node.addService(others, WorkerOptions.defaults());
        worker.close();
        await().atMost(LONG).until(() -> others.running().contains("a"));
        assertThat(tries).hasValue(3);
        assertThat(others.job("a").restarts()).isEqualTo(1);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(raw.record("a"))
                        .containsEntry("st", "running")
                        .containsEntry("n", "2"));
    }

    @PulseTest
    void notificationsComeInOrderAndFollowTheirJob() throws InterruptedException {
        Semaphore busy = new Semaphore(0);
        hands.onNote("a", job -> busy.acquire());
        begin();
        dispatch("a");
        for (int i = 0; i < 5; i++) {
            assertThat(node.notifyJob("a", new byte[] {(byte) ('0' + i)})).isTrue();
        }
        busy.release(2);
        await().atMost(LONG).until(() -> hands.history().contains("note a 1"));
        Hands others = new Hands();
        node.addService(others, WorkerOptions.defaults());
        Thread closing = Thread.startVirtualThread(worker::close);
        await().atMost(LONG).until(() -> hands.job("a").isStopping());
        busy.release();
        assertThat(closing.join(LONG)).isTrue();
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(others.history()).containsExactly("start a", "note a 3", "note a 4"));
        assertThat(hands.history()).containsExactly("start a", "note a 0", "note a 1", "note a 2", "stop a");
        assertThat(node.notifyJob("nobody", NOTHING)).isFalse();
    }

    @PulseTest
    void aNotificationThatIsSentTwiceIsDeliveredOnceAndAThrowHindersNoOther() throws InterruptedException {
        hands.onNote("b", job -> {
            throw new IllegalStateException("no notes");
        });
        begin();
        dispatch("a");
        dispatch("b");
        for (int i = 0; i < 3; i++) {
            raw.tell(worker.id(), "y", "n", "k", "a", "t", "1", "p", "once", "c", "me", "id", "7");
        }
        assertThat(node.notifyJob("b", NOTHING)).isTrue();
        assertThat(node.notifyJob("a", "after".getBytes())).isTrue();
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start a", "start b", "note a once", "note a after");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(PulseEvent.JobFailed.class));
    }

    @PulseTest
    void messagesAreAnsweredOrRefusedByTheHandler() throws InterruptedException {
        begin();
        assertThat(node.send("a", "hello".getBytes(), LONG)).asString().isEqualTo("answer to hello");
        assertThatThrownBy(() -> node.send("a", "throw".getBytes(), LONG))
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("no");
        awaitNothingUnhandled();
        assertThat(node.figures().messages()).isZero();
    }

    @PulseTest
    void nonsenseInAnInboxIsDroppedAndTold() throws InterruptedException {
        begin();
        raw.tell(worker.id(), "y", "s", "k", "a");
        raw.tell(worker.id(), "what", "ever");
        raw.tell(worker.id(), "y", "n", "k", "nobody", "t", "1", "p", "x", "c", "me", "id", "1");
        dispatch("b");
        awaitNothingUnhandled();
        assertThat(hands.history()).containsExactly("start b");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .filteredOn(PulseEvent.InboxEntryDropped.class::isInstance)
                        .hasSize(2));
        assertThat(worker.figures().dropped()).isEqualTo(3);
    }

    @PulseTest
    void aWorkerCanBeClosedByItsHandler() throws InterruptedException {
        hands.onStart("a", job -> worker.close());
        begin();
        Hands others = new Hands();
        dispatchInBackground("a");
        await().atMost(LONG).until(() -> hands.history().contains("start a"));
        node.addService(others, WorkerOptions.defaults());
        await().atMost(LONG).until(() -> others.running().contains("a"));
        await().atMost(LONG).untilAsserted(() -> assertThat(node.workers()).hasSize(1));
    }

    @PulseTest
    void closingInterruptsWhatDoesNotStopAndLeavesWhatGoesOnToTheSweep() throws InterruptedException {
        hands.onStop("a", job -> awaitWhateverComes());
        hands.onStop("b", job -> end.await());
        begin();
        dispatch("a");
        dispatch("b");
        Hands others = new Hands();
        node.addService(others, WorkerOptions.defaults());
        var result = worker.close(Duration.ofMillis(100));
        assertThat(result.how()).isEqualTo(dev.pulse.CloseResult.How.ABANDONED);
        assertThat(result.problems()).isNotEmpty();
        await().atMost(LONG).until(() -> others.running().contains("b"));
        assertThat(others.running()).doesNotContain("a");
        assertThat(worker.isLeased()).isFalse();
        await().atMost(LONG).untilAsserted(() -> assertThat(worker.keys()).containsExactly("a"));
    }
}
