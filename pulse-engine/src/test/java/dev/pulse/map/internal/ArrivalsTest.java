package dev.pulse.map.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final AtomicLong revision = new AtomicLong(5);
    private final Arrivals arrivals = new Arrivals(revision::get);
    private final AtomicReference<@Nullable Boolean> over = new AtomicReference<>();

    private Thread begin(Waiting waiting) {
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                over.set(waiting.run());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        await().atMost(LONG).until(() -> over.get() != null || thread.getState() == Thread.State.TIMED_WAITING);
        return thread;
    }

    private interface Waiting {
        boolean run() throws InterruptedException;
    }

    private void requireOver(Thread thread) throws InterruptedException {
        assertThat(thread.join(LONG)).isTrue();
        assertThat(over.get()).isTrue();
    }

    @Test
    void whatIsThereIsNotWaitedFor() throws InterruptedException {
        assertThat(arrivals.await(5, Duration.ZERO)).isTrue();
        assertThat(arrivals.await(6, Duration.ZERO)).isFalse();
    }

    @Test
    void aLaterRevisionEndsAWaitAndAnEarlierOneDoesNot() throws InterruptedException {
        Thread thread = begin(() -> arrivals.await(7, LONG));
        arrivals.applied(6);
        assertThat(over.get()).isNull();
        arrivals.applied(9);
        requireOver(thread);
    }

    @Test
    void aSnapshotThatWasBegunBeforeTheWaitEndsItOnlyWithItsRevision() throws InterruptedException {
        long begun = arrivals.snapshotBegins();
        Thread thread = begin(() -> arrivals.await(7, LONG));
        arrivals.snapshotApplied(begun, 6);
        assertThat(over.get()).isNull();
        arrivals.snapshotApplied(begun, 7);
        requireOver(thread);
    }

    @Test
    void aSnapshotThatIsBegunAfterTheWaitEndsItWhateverItsRevision() throws InterruptedException {
        Thread thread = begin(() -> arrivals.awaitSnapshot(() -> {}, LONG));
        arrivals.applied(Long.MAX_VALUE - 1);
        assertThat(over.get()).isNull();
        arrivals.snapshotApplied(arrivals.snapshotBegins(), 1);
        requireOver(thread);
    }

    @Test
    void nobodyWaitsForWhatFollowsNoFurther() throws InterruptedException {
        Thread thread = begin(() -> arrivals.await(7, LONG));
        arrivals.end();
        assertThat(thread.join(LONG)).isTrue();
        assertThat(over.get()).isFalse();
        assertThat(arrivals.awaitSnapshot(() -> {}, LONG)).isFalse();
        assertThat(arrivals.await(5, LONG)).isTrue();
    }
}
