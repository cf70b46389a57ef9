package dev.pulse.camel.pool;

import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.Job;
import dev.pulse.pool.PoolClient;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job whose exchange has begun, and which is to end with it. When the exchange is complete, however it ended, the pool is
 * asked to stop this very job; that wish stands in Redis and outlives this process. The job is not let go of before it
 * does: it would begin elsewhere, though its work is done. So this happens only where Redis cannot be told in time, or the
 * process dies in between.
 *
 * <p>An exchange that was cut short, because the job was to end here before it was complete, does not end the job: it
 * begins elsewhere.
 */
final class TaskRun {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRun.class);
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** Less than what the engine leaves to a handler that it has interrupted. */
    private static final Duration LAST_WAIT = Duration.ofSeconds(1);

    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final PoolClient pool;
    private final Job job;
    private final Dispatch dispatched;
    private final JobExchange exchange;
    private final Thread thread;
    private final CountDownLatch passed = new CountDownLatch(1);
    private volatile boolean cutShort;
    /* published by the latch */
    private boolean done;
    /** Whether the job was let go of; what became of it is no business of this run any more. */
    private volatile boolean over;

    TaskRun(PoolClient pool, Job job, JobExchange exchange) {
        this.pool = pool;
        this.job = job;
        this.dispatched = new Dispatch(job.key(), job.id(), job.fencingToken());
        this.exchange = exchange;
        this.thread = Thread.ofVirtual().name("pulse task " + job.key()).unstarted(this::run);
    }

    /** Has the exchange routed; returns at once. */
    void begin() {
        thread.start();
    }

    private void run() {
        try {
            exchange.pass();
            done = true;
        } catch (Exception e) {
            // the consumer's exception handler knows
            LOG.debug("job={} state=failed", job.key(), e);
            done = !cutShort;
        } finally {
            passed.countDown();
        }
        if (done) {
            askForEnd();
        }
    }

    private void askForEnd() {
        while (!over) {
            try {
                pool.stopJob(dispatched);
                return;
            } catch (InterruptedException e) {
                LOG.debug("job={} note=\"an interrupt that came too late to cut the exchange short\"", job.key());
            } catch (PoolShutDownException | IllegalStateException e) {
                return;
            } catch (PulseException e) {
                LOG.debug("job={} state=not-ended", job.key(), e);
                pause();
            }
        }
    }

    /**
     * Returns when the exchange is complete and, where it is to end the job, when Redis knows that. An interrupt cuts it short,
     * and stays set.
     */
    void end() {
        boolean interrupted = false;
        while (passed.getCount() > 0) {
            try {
                passed.await();
            } catch (InterruptedException e) {
                interrupted = true;
                cutShort = true;
                thread.interrupt();
            }
        }
        try {
            if (done) {
                awaitRecorded(interrupted ? LAST_WAIT : LONGEST_WAIT);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        over = true;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitRecorded(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (thread.isAlive() && System.nanoTime() < deadline && !isRecorded()) {
            thread.join(PAUSE);
        }
    }

    /** Whether the job has the wish to stop, or is not this one any more. */
    private boolean isRecorded() throws InterruptedException {
        try {
            return pool.job(job.key())
                    .map(info -> info.stopping() || info.fencingToken() != job.fencingToken())
                    .orElse(true);
        } catch (PoolShutDownException | IllegalStateException e) {
            return true;
        } catch (PulseException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            LOG.trace("asks at once");
        }
    }
}
