package dev.pulse.camel.stream;

import dev.pulse.camel.Reading;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader at work. The thread that reads hands each event over, together with one of as many permits as exchanges may be
 * in flight; the exchange has a virtual thread of its own, and keeps the permit until it is complete, on whatever thread
 * that happens. With batching one more thread collects what was read until a batch is full or has waited long enough.
 */
final class StreamReading implements Reading {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReading.class);
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(2);

    private final ReadingConfiguration options;
    private final Offsets offsets;
    private final Route route;
    private final Semaphore permits;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("pulse-stream-", 0).factory());
    private final BlockingQueue<Read> collected;
    private @Nullable Reader<byte[]> reader;
    private Runnable gone = () -> {};
    private @Nullable Progress progress;
    private volatile @Nullable Consumption consumption;
    private volatile @Nullable Thread collector;
    private volatile boolean stopped;
    private volatile boolean interrupted;

    /** Takes events through the route. */
    @FunctionalInterface
    interface Route {
        /** The ending is told when their exchange is complete. */
        void pass(List<Event<byte[]>> events, Ending ending);
    }

    private record Read(Event<byte[]> event, Progress.Step step) {}

    StreamReading(ReadingConfiguration options, Offsets offsets, Route route) {
        this.options = options;
        this.offsets = offsets;
        this.route = route;
        this.permits = new Semaphore(options.getConcurrentConsumers());
        this.collected = new ArrayBlockingQueue<>(options.getBatchSize());
    }

    /** What it reads with, and what is done when it has let go of that; given once, before it begins. */
    void reads(Reader<byte[]> opened, Runnable closing) {
        reader = opened;
        gone = closing;
        Progress begun = new Progress(opened.cursor());
        progress = begun;
        // so that a consumer that starts again goes on here, although "newest" is elsewhere by then
        offsets.keep(begun::position);
    }

    @Override
    public void begin() {
        if (options.isBatching()) {
            collector = Thread.ofVirtual().name("pulse-stream-batches").start(this::collect);
        }
        consumption = Objects.requireNonNull(reader).consume(this::handle);
    }

    private void handle(Event<byte[]> event) throws InterruptedException {
        // first of all, so that the position never moves past what was read and not begun
        Read read = new Read(event, progress().begin(event.id()));
        if (options.isBatching()) {
            collected.put(read);
        } else {
            permits.acquire();
            pass(List.of(read));
        }
    }

    private void collect() {
        try {
            while (!stopped) {
                List<Read> batch = new ArrayList<>();
                batch.add(collected.take());
                long deadline = System.nanoTime()
                        + Duration.ofMillis(options.getBatchTimeout()).toNanos();
                Read next = batch.getFirst();
                while (next != null && batch.size() < options.getBatchSize()) {
                    next = collected.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                    if (next != null) {
                        batch.add(next);
                    }
                }
                permits.acquire();
                pass(batch);
            }
        } catch (InterruptedException e) {
            // stopped: what was collected and not begun is read again after a suspension
            stopped = true;
        }
    }

    /** Begins an exchange, for which there is a permit. */
    private void pass(List<Read> reads) {
        if (stopped) {
            permits.release();
            return;
        }
        Ending ending = new Ending(succeeded -> ended(reads, succeeded));
        try {
            threads.execute(() -> {
                try {
                    route.pass(reads.stream().map(Read::event).toList(), ending);
                } catch (RuntimeException e) {
                    ending.end(false);
                    throw e;
                }
            });
        } catch (RejectedExecutionException e) {
            // closed meanwhile
            permits.release();
        }
    }

    private void ended(List<Read> reads, boolean succeeded) {
        try {
            // what failed because it was interrupted is read again after a suspension
            if (succeeded || !interrupted) {
                progress().done(reads.stream().map(Read::step).toList());
                offsets.keep(progress()::position);
            }
        } finally {
            permits.release();
        }
    }

    private Progress progress() {
        return Objects.requireNonNull(progress);
    }

    /** Runs something beside the reading, unless that is closed. */
    void beside(Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            // closed: what cannot be read any more is nobody's business
            LOG.debug("state=closed", e);
        }
    }

    @Override
    public void stop() {
        stopped = true;
        Consumption running = consumption;
        if (running != null) {
            running.stop();
        }
        Thread collecting = collector;
        if (collecting != null) {
            collecting.interrupt();
        }
    }

    @Override
    public Optional<String> ended() {
        Consumption running = consumption;
        return running != null && running.isFinished() && !stopped
                ? Optional.of("consumes nothing any more; the stream was destroyed")
                : Optional.empty();
    }

    @Override
    public int inFlight() {
        return options.getConcurrentConsumers() - permits.availablePermits();
    }

    @Override
    public void close(Duration drain) {
        long deadline = System.nanoTime() + drain.toNanos();
        stop();
        Consumption running = consumption;
        if (running != null) {
            // its thread only waits, for Redis or for a permit
            running.close(Duration.ZERO);
        }
        boolean callerInterrupted = false;
        try {
            callerInterrupted = !drained(deadline) && interrupt();
        } catch (InterruptedException e) {
            callerInterrupted = true;
            interrupt();
        }
        Reader<byte[]> closing = Objects.requireNonNull(reader);
        closing.close();
        gone.run();
        threads.shutdown();
        progress().passedOver(closing.cursor());
        offsets.keep(progress()::position);
        if (callerInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The hard way to end what is in flight; whether the caller was interrupted meanwhile. */
    private boolean interrupt() {
        interrupted = true;
        threads.shutdownNow();
        try {
            drained(System.nanoTime() + AFTER_INTERRUPT.toNanos());
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Waits until all permits are back, so that nothing is in flight. */
    private boolean drained(long deadline) throws InterruptedException {
        int all = options.getConcurrentConsumers();
        if (!permits.tryAcquire(all, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        permits.release(all);
        return true;
    }

    /** Where a later reading goes on; final when this one is closed. */
    EventId position() {
        return progress().position();
    }
}
