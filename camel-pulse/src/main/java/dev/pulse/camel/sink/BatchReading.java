package dev.pulse.camel.sink;

import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.camel.Reading;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;

/**
 * One exchange for each batch of events. One virtual thread collects; each batch has one of its own until its exchange is
 * complete, and a permit, which is taken before reading: nothing is read that cannot be worked on.
 *
 * <p>An event that is delivered again has a batch of its own. Were it among others, one event that always fails would
 * have all the others fail with it, over and over, until all of them are dead letters.
 */
final class BatchReading implements Reading {
    private static final String LOOP = "batches";
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** So that a stop is seen soon: an interrupt would cost the connection. The engine reads no longer at once either. */
    private static final Duration SLICE = Duration.ofMillis(500);

    private static final Duration LAST_WAIT = Duration.ofSeconds(2);

    private final Membership membership;
    private final Route route;
    private final ExceptionHandler exceptionHandler;
    private final int batchSize;
    private final Duration batchTimeout;
    private final int batches;
    private final Semaphore permits;
    /** The batch that is being collected, which outlives a read that fails. Who has a permit may touch it. */
    private List<Delivery<byte[]>> fresh = new ArrayList<>();
    /** Delivered again; each is a batch. The same holds. */
    private final Queue<Delivery<byte[]>> again = new ArrayDeque<>();

    private final Set<Thread> routing = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;
    private volatile @Nullable String ended;

    /** Takes a batch through the route. */
    @FunctionalInterface
    interface Route {
        /** Returns when its exchange is complete and the deliveries are settled. */
        void pass(Membership membership, List<Delivery<byte[]>> batch) throws InterruptedException;
    }

    BatchReading(
            Membership membership, SinkConfiguration configuration, Route route, ExceptionHandler exceptionHandler) {
        this.membership = membership;
        this.route = route;
        this.exceptionHandler = exceptionHandler;
        this.batchSize = configuration.getBatchSize();
        this.batchTimeout = Duration.ofMillis(configuration.getBatchTimeout());
        this.batches = configuration.getConcurrentConsumers();
        this.permits = new Semaphore(batches);
    }

    @Override
    public void begin() {
        Thread.ofVirtual().name("pulse batches " + membership.sink().name()).start(this::collect);
    }

    private void collect() {
        while (!stopped) {
            try {
                permits.acquire();
                List<Delivery<byte[]>> batch = List.of();
                try {
                    batch = next();
                    membership.errors().restored(LOOP);
                } finally {
                    if (batch.isEmpty() || stopped) {
                        // goes back when the sink is closed, if not before
                        again.addAll(batch);
                        permits.release();
                    } else {
                        begin(batch);
                    }
                }
            } catch (InterruptedException e) {
                return;
            } catch (StreamDestroyedException e) {
                // the engine has told
                ended = e.getMessage();
                return;
            } catch (IllegalStateException e) {
                ended = e.getMessage();
                if (!stopped) {
                    exceptionHandler.handleException("Error reading, nothing more is consumed", e);
                }
                return;
            } catch (PulseException e) {
                membership.errors().lost(LOOP, String.valueOf(e.getMessage()));
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    /** The next batch; empty when none came. */
    private List<Delivery<byte[]>> next() throws InterruptedException {
        poll(SLICE);
        long deadline = System.nanoTime() + batchTimeout.toNanos();
        while (!fresh.isEmpty() && fresh.size() < batchSize && again.isEmpty() && !stopped) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (!left.isPositive()) {
                break;
            }
            poll(left.compareTo(SLICE) < 0 ? left : SLICE);
        }
        List<Delivery<byte[]>> batch = fresh;
        if (batch.isEmpty() && !again.isEmpty()) {
            batch = new ArrayList<>(List.of(again.remove()));
        } else {
            fresh = new ArrayList<>();
        }
        // Redis may have been away for so long that they are others' by now
        batch.removeIf(delivery -> !delivery.leaseHeld());
        return batch;
    }

    private void poll(Duration longest) throws InterruptedException {
        // stopped while it waited for its permit: what came now would not be given back before the sink is closed
        if (!stopped && again.isEmpty() && fresh.size() < batchSize) {
            for (Delivery<byte[]> delivery : membership.sink().poll(batchSize - fresh.size(), longest)) {
                (delivery.attempt() > 1 ? again : fresh).add(delivery);
            }
        }
    }

    private void begin(List<Delivery<byte[]>> batch) {
        Thread thread = Thread.ofVirtual()
                .name("pulse batch " + membership.sink().name())
                .unstarted(() -> handle(batch));
        routing.add(thread);
        thread.start();
    }

    private void handle(List<Delivery<byte[]>> batch) {
        try {
            route.pass(membership, batch);
        } catch (InterruptedException e) {
            // closing: what is still held then goes back
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            exceptionHandler.handleException("Error processing batch", e);
            batch.forEach(delivery -> membership.settlement().failed(delivery, e));
        } finally {
            routing.remove(Thread.currentThread());
            permits.release();
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public int inFlight() {
        return routing.size();
    }

    @Override
    public Optional<String> ended() {
        return Optional.ofNullable(stopped ? null : ended);
    }

    @Override
    public boolean onlyHolds() {
        return inFlight() == 0 && membership.isHolding();
    }

    @Override
    public void close(Duration drain) {
        long deadline = System.nanoTime() + drain.toNanos();
        stop();
        membership.settlement().closing();
        boolean interrupted = false;
        try {
            if (!drained(deadline)) {
                routing.forEach(Thread::interrupt);
                drained(System.nanoTime() + LAST_WAIT.toNanos());
            }
        } catch (InterruptedException e) {
            interrupted = true;
            routing.forEach(Thread::interrupt);
        }
        // gives back what is still held
        membership.close(Duration.ZERO);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until all permits are back, so nothing is collected and nothing routed, and until nothing is held by hand. */
    private boolean drained(long deadline) throws InterruptedException {
        if (!permits.tryAcquire(batches, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        if (membership.isHolding()) {
            // that may take long, and what was not begun must not wait for it
            fresh.forEach(membership.settlement()::notBegun);
            again.forEach(membership.settlement()::notBegun);
        }
        permits.release(batches);
        return membership.awaitNoneHeld(deadline);
    }
}
