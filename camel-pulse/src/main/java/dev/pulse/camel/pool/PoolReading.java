package dev.pulse.camel.pool;

import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.camel.Reading;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;

/**
 * One stretch of being a member, from joining the pool to leaving it. Where Redis is away when it is to join, or what a
 * member that leaves has to end first is in the way, it goes on trying. What is in flight of one that leaves are also the
 * jobs that it has not handed over yet.
 */
final class PoolReading implements Reading {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final PoolMember.Joining joining;
    private final IntSupplier exchanges;
    private final ExceptionHandler exceptionHandler;
    private final Thread thread;
    private final CountDownLatch tried = new CountDownLatch(1);
    private volatile boolean stopped;
    private volatile @Nullable String hindered;
    private volatile @Nullable PoolMember member;

    /**
     * Does not join yet.
     *
     * @param exchanges how many are in flight
     */
    PoolReading(String pool, PoolMember.Joining joining, IntSupplier exchanges, ExceptionHandler exceptionHandler) {
        this.joining = joining;
        this.exchanges = exchanges;
        this.exceptionHandler = exceptionHandler;
        this.thread = Thread.ofVirtual().name("pulse join " + pool).unstarted(this::join);
    }

    /** When it returns, it is a member, unless the first try has failed. */
    @Override
    public void begin() {
        thread.start();
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
            member = joining.join();
            hindered = null;
            return true;
        } catch (InterruptedException e) {
            return true;
        } catch (PoolShutDownException | IllegalArgumentException e) {
            hindered = "takes nothing: " + e.getMessage();
            exceptionHandler.handleException("Error joining, nothing is taken", e);
            return true;
        } catch (PulseException | IllegalStateException e) {
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
        PoolMember joined = member;
        Optional<String> why = joined != null ? joined.trouble() : Optional.ofNullable(hindered);
        return stopped ? Optional.empty() : why;
    }

    @Override
    public int inFlight() {
        PoolMember joined = member;
        return exchanges.getAsInt() + (stopped && joined != null ? joined.jobs() : 0);
    }

    @Override
    public void close(Duration drain) {
        stop();
        boolean interrupted = false;
        while (thread.isAlive()) {
            thread.interrupt();
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        PoolMember joined = member;
        if (joined != null) {
            joined.close(interrupted ? Duration.ZERO : drain);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
