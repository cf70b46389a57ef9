package dev.pulse.camel.pool;

import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.camel.Reading;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of being a worker, from joining the pool to leaving it. Where Redis is away when it is to join, it goes on
 * trying. What is in flight of one that leaves are also the jobs that it has not handed over yet.
 */
final class PoolReading implements Reading {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final PoolNode pool;
    private final ServiceHandler jobs;
    private final WorkerOptions options;
    private final IntSupplier exchanges;
    private final Function<Worker, Runnable> joined;
    private final ExceptionHandler exceptionHandler;
    private final Thread joining;
    private final CountDownLatch tried = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile @Nullable String hindered;
    private volatile @Nullable Worker worker;
    /* published by the worker */
    private Runnable left = () -> {};

    /**
     * Does not join yet.
     *
     * @param exchanges how many are in flight
     * @param joined is told when it has joined; what it returns is done when the worker has left
     */
    PoolReading(
            PoolNode pool,
            ServiceHandler jobs,
            WorkerOptions options,
            IntSupplier exchanges,
            Function<Worker, Runnable> joined,
            ExceptionHandler exceptionHandler) {
        this.pool = pool;
        this.jobs = jobs;
        this.options = options;
        this.exchanges = exchanges;
        this.joined = joined;
        this.exceptionHandler = exceptionHandler;
        this.joining = Thread.ofVirtual().name("pulse join " + pool.name()).unstarted(this::join);
    }

    /** When it returns, the worker is a member, unless the first try has failed. */
    @Override
    public void begin() {
        joining.start();
        try {
            tried.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void join() {
        while (!stopped && !tryToJoin()) {
            tried.countDown();
            pause();
        }
        tried.countDown();
    }

    /** Tries to join; whether there is nothing more to try. */
    private boolean tryToJoin() {
        try {
            Worker added = pool.addService(jobs, options);
            left = joined.apply(added);
            worker = added;
            hindered = null;
            return true;
        } catch (InterruptedException e) {
            return true;
        } catch (PoolShutDownException | IllegalStateException e) {
            hindered = "takes no jobs: " + e.getMessage();
            exceptionHandler.handleException("Error joining, no jobs are taken", e);
            return true;
        } catch (PulseException e) {
            hindered = "could not join yet: " + e.getMessage();
            if (tried.getCount() > 0) {
                exceptionHandler.handleException("Error joining, which is tried again", e);
            }
            return false;
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            stopped = true;
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public Optional<String> ended() {
        Worker member = worker;
        String why = member != null && !member.isLeased() ? "its worker has no lease, and takes no jobs" : hindered;
        return Optional.ofNullable(stopped ? null : why);
    }

    @Override
    public int inFlight() {
        Worker member = worker;
        return exchanges.getAsInt() + (stopped && member != null ? member.keys().size() : 0);
    }

    @Override
    public void close(Duration drain) {
        stop();
        boolean interrupted = false;
        while (joining.isAlive()) {
            joining.interrupt();
            try {
                joining.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Worker closing = worker;
        if (closing != null) {
            closing.close(interrupted ? Duration.ZERO : drain);
            left.run();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
