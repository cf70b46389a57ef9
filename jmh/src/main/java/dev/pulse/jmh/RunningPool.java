package dev.pulse.jmh;

import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pool in which so many jobs run all the time; those that a benchmark dispatches are stopped outside the measurement. */
@State(Scope.Benchmark)
public abstract class RunningPool {
    private final BenchRedis redis = new BenchRedis();
    private BenchPool pool;

    abstract int running();

    /** What comes before all iterations, if anything. */
    void prepare() throws InterruptedException {}

    /** Has these jobs started. */
    @Setup
    public void open() throws InterruptedException {
        pool = new BenchPool(redis, new AtOnceService());
        pool.keepRunning(running());
        prepare();
    }

    Object dispatch() throws InterruptedException {
        return pool.dispatch();
    }

    Object send() throws InterruptedException {
        return pool.send();
    }

    void stopNewer() throws InterruptedException {
        pool.stopNewer();
    }

    /** Ends the pool. */
    @TearDown
    public void close() {
        pool.close();
        redis.close();
    }

    /** Ten jobs run; those of one iteration beside them, at most. */
    @State(Scope.Benchmark)
    public static class OneByOne extends RunningPool {
        static final int TURNS_UNTIL_COMPILED = 10_000;

        @Override
        int running() {
            return 10;
        }

        /** Goes on until all code is compiled, without the rest, which would take longer than everything else. */
        @Override
        void prepare() throws InterruptedException {
            for (int i = 0; i < TURNS_UNTIL_COMPILED; i++) {
                dispatch();
            }
            stopNewer();
        }

        /** Lets everybody come to rest. */
        @Setup(Level.Invocation)
        public void rest() throws InterruptedException {
            Thread.sleep(1);
        }

        @Override
        @TearDown(Level.Iteration)
        public void stopNewer() throws InterruptedException {
            super.stopNewer();
        }
    }

    /** Ten jobs run; those of one invocation beside them, at most. */
    @State(Scope.Benchmark)
    public static class WithFew extends RunningPool {
        @Override
        int running() {
            return 10;
        }

        @Override
        @TearDown(Level.Invocation)
        public void stopNewer() throws InterruptedException {
            super.stopNewer();
        }
    }

    /** The same with many. */
    @State(Scope.Benchmark)
    public static class WithMany extends WithFew {
        @Param("100000")
        private int manyJobs;

        @Override
        int running() {
            return manyJobs;
        }
    }
}
