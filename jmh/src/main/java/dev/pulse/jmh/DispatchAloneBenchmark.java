package dev.pulse.jmh;

import dev.pulse.jmh.RunningPool.OneByOne;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/**
 * From the dispatch of a job of 256 bytes until its handler has begun it in the same process, on a system that was idle for a
 * moment before, from one virtual thread; and three PING of Jedis on a connection of its own, one after another. Each job
 * has a new key, and is stopped after the iteration.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
public class DispatchAloneBenchmark {
    /** A connection. */
    @State(Scope.Benchmark)
    public static class Bare {
        private final BenchRedis redis = new BenchRedis();
        private Connection connection;

        /** Connects, and goes on until all code is compiled. */
        @Setup
        public void connect() {
            connection = new Connection(new HostAndPort(redis.host(), redis.port()));
            connection.connect();
            for (int i = 0; i < OneByOne.TURNS_UNTIL_COMPILED; i++) {
                roundTrip();
            }
        }

        /** Lets everybody come to rest. */
        @Setup(Level.Invocation)
        public void rest() throws InterruptedException {
            Thread.sleep(1);
        }

        Object roundTrip() {
            return connection.executeCommand(new CommandArguments(Protocol.Command.PING));
        }

        /** Closes it. */
        @TearDown
        public void close() {
            connection.close();
            redis.close();
        }
    }

    @Benchmark
    public Object pulse(OneByOne pool) throws InterruptedException {
        return pool.dispatch();
    }

    @Benchmark
    public Object threeRoundTrips(Bare bare) {
        bare.roundTrip();
        bare.roundTrip();
        return bare.roundTrip();
    }
}
