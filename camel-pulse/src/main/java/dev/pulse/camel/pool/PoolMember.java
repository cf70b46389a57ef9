package dev.pulse.camel.pool;

import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.Worker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a consumer is in its pool, from joining to leaving. */
interface PoolMember {
    /** Makes one. */
    @FunctionalInterface
    interface Joining {
        /** Throws {@link IllegalStateException} when something else of the node stands in the way. */
        PoolMember join() throws InterruptedException;
    }

    /** How many jobs it has neither ended nor handed over. */
    int jobs();

    /** Why it takes nothing, though it has joined and not left. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** Leaves, as {@link Worker#close(Duration)} says; can be repeated. */
    void close(Duration drain);

    /**
     * One that has jobs.
     *
     * @param handOver how long its jobs have where there is so much time
     * @param left done when it has left
     */
    record OfWorker(Worker worker, UnaryOperator<Duration> handOver, Runnable left) implements PoolMember {
        @Override
        public int jobs() {
            return worker.keys().size();
        }

        @Override
        public Optional<String> trouble() {
            return worker.isLeased() ? Optional.empty() : Optional.of("its worker has no lease, and takes no jobs");
        }

        @Override
        public void close(Duration drain) {
            worker.close(handOver.apply(drain));
            left.run();
        }
    }

    /**
     * One that has firings, which are not handed over.
     *
     * @param left done when it has left
     */
    record OfTicker(Ticker ticker, Runnable left) implements PoolMember {
        @Override
        public int jobs() {
            return 0;
        }

        @Override
        public void close(Duration drain) {
            ticker.close(drain);
            left.run();
        }
    }

    /**
     * One that plans.
     *
     * @param left done when it has left
     */
    record OfSchedule(Schedule schedule, Runnable left) implements PoolMember {
        @Override
        public int jobs() {
            return 0;
        }

        @Override
        public void close(Duration drain) {
            schedule.close(drain);
            left.run();
        }
    }
}
