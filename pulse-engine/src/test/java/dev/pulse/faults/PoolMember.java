package dev.pulse.faults;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.JobStep.Did;
import dev.pulse.pool.Job;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One user of a pool, in the process of the test or one of its own: works, dispatches, stops, and writes down what it does.
 * For one thread; its handlers and loads have theirs.
 */
final class PoolMember implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(20);
    /** The longest that a handler takes. */
    private static final int WORK_MILLIS = 20;

    private final String name;
    private final Consumer<JobStep> history;
    private final Pulse pulse;
    private final PoolNode pool;
    private final List<PoolLoad> loads = new ArrayList<>();
    private @Nullable Worker worker;

    PoolMember(String name, Pulse.Builder way, PoolTerms terms, Consumer<JobStep> history) throws InterruptedException {
        this.name = name;
        this.history = history;
        this.pulse = way.clientName(name).connect();
        this.pool = open(terms);
        history.accept(JobStep.now(name, Did.OPENED));
    }

    private PoolNode open(PoolTerms terms) throws InterruptedException {
        PoolOptions options = PoolOptions.builder()
                .settings(terms::apply)
                .dispatchTimeout(terms.dispatchTimeout())
                .listener(this::noteLoss)
                .build();
        boolean opened = false;
        try {
            PoolNode joined = pulse.joinPool(terms.pool(), options);
            opened = true;
            return joined;
        } finally {
            if (!opened) {
                pulse.close(Duration.ZERO);
            }
        }
    }

    PoolNode pool() {
        return pool;
    }

    private void noteLoss(PulseEvent event) {
        if (event instanceof PulseEvent.WorkerLost lost) {
            note(Did.LOST, lost.worker());
        }
    }

    private void note(Did did, String key) {
        history.accept(JobStep.now(name, did, key, JobStep.NOTHING, 0, JobStep.NOTHING));
    }

    /** Becomes a worker whose jobs begin and end as they should, but for those that are to fail. */
    void join() throws InterruptedException {
        join(new Writing(), PoolTerms.START_TIMEOUT);
    }

    /** The same with another handler. */
    void join(ServiceHandler handler, Duration startTimeout) throws InterruptedException {
        Worker joined = pool.addService(
                handler, WorkerOptions.builder().startTimeout(startTimeout).build());
        worker = joined;
        note(Did.JOINED, joined.id());
    }

    /** Hands its jobs over and is no worker any more. */
    void leave() {
        Worker leaving = worker;
        if (leaving != null) {
            note(Did.LEAVING, leaving.id());
            leaving.close(DRAIN);
            note(Did.LEFT, leaving.id());
            worker = null;
        }
    }

    /** Dispatches and stops jobs of its own, until {@link #rest}. */
    PoolLoad load(PoolLoad.Pace pace, long seed) {
        PoolLoad load = new PoolLoad(name + "-" + loads.size(), name, pool, history, pace, seed);
        loads.add(load);
        return load;
    }

    /** Returns when the last call has. */
    void rest() throws InterruptedException {
        for (PoolLoad load : loads) {
            load.rest();
        }
        history.accept(JobStep.now(name, Did.RESTED));
    }

    /** Ends the pool for all. */
    boolean shutDown(Duration longest) throws InterruptedException {
        history.accept(JobStep.now(name, Did.SHUTTING));
        boolean ended = pool.shutdown(longest);
        if (ended) {
            history.accept(JobStep.now(name, Did.SHUT_DOWN));
        }
        return ended;
    }

    @Override
    public void close() {
        loads.forEach(PoolLoad::close);
        pulse.close(Duration.ofSeconds(1));
    }

    /** A handler that writes down what becomes of its jobs, and takes its time about it. */
    class Writing implements ServiceHandler {
        @Override
        public void start(Job job) throws Exception {
            write(Did.BEGIN, job);
            Did end = Did.THREW;
            try {
                begin(job);
                end = Did.RUNS;
            } finally {
                write(end, job);
            }
        }

        @Override
        public void stop(Job job) throws Exception {
            write(Did.ENDS, job);
            try {
                end(job);
            } finally {
                write(Did.ENDED, job);
            }
        }

        /** What a job does to begin. */
        void begin(Job job) throws Exception {
            takeTime();
            if (PoolLoad.isToFail(text(job))) {
                throw new IllegalStateException("thrown as ordered");
            }
        }

        /** What a job does to end. */
        void end(Job job) throws Exception {
            takeTime();
        }

        private void takeTime() throws InterruptedException {
            Thread.sleep(ThreadLocalRandom.current().nextInt(WORK_MILLIS + 1));
        }

        private void write(Did did, Job job) {
            history.accept(JobStep.now(name, did, job.key(), text(job), job.fencingToken(), job.worker()));
        }

        static String text(Job job) {
            return new String(job.payload(), StandardCharsets.UTF_8);
        }
    }
}
