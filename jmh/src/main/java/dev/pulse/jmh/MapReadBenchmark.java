package dev.pulse.jmh;

import dev.pulse.jmh.peer.KeyedMap;
import dev.pulse.jmh.peer.LocalMap;
import dev.pulse.jmh.peer.PulseMap;
import dev.pulse.jmh.peer.RedissonMap;
import dev.pulse.jmh.peer.Sample;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Reading one key after another from the local memory of a map with 1,024: Pulse, Redisson, a map that nobody shares. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class MapReadBenchmark {
    /** A client that has all values in memory. */
    @State(Scope.Benchmark)
    public abstract static class Reader {
        /** A power of two. */
        private static final int KEYS = 1_024;

        private final BenchRedis redis = new BenchRedis();
        private final String[] keys =
                IntStream.range(0, KEYS).mapToObj(i -> "key:" + i).toArray(String[]::new);
        private KeyedMap map;
        private int next;

        abstract KeyedMap connect(String host, int port) throws Exception;

        /** Connects, writes all values, and waits until they are here. */
        @Setup
        public void fill() throws Exception {
            map = connect(redis.host(), redis.port());
            for (String key : keys) {
                map.set(key, Sample.payload());
                while (map.get(key) == null) {
                    Thread.sleep(1);
                }
            }
        }

        byte[] get() {
            return map.get(keys[next++ & (KEYS - 1)]);
        }

        /** Closes it. */
        @TearDown
        public void close() {
            map.close();
            redis.close();
        }
    }

    /** Pulse. */
    @State(Scope.Benchmark)
    public static class OfPulse extends Reader {
        @Override
        KeyedMap connect(String host, int port) throws InterruptedException {
            return new PulseMap(host, port, "bench:read");
        }
    }

    /** Redisson. */
    @State(Scope.Benchmark)
    public static class OfRedisson extends Reader {
        @Override
        KeyedMap connect(String host, int port) {
            return new RedissonMap(host, port, "bench:redisson");
        }
    }

    /** A map that nobody shares. */
    @State(Scope.Benchmark)
    public static class OfLocal extends Reader {
        @Override
        KeyedMap connect(String host, int port) {
            return new LocalMap();
        }
    }

    @Benchmark
    public byte[] pulse(OfPulse reader) {
        return reader.get();
    }

    @Benchmark
    public byte[] redisson(OfRedisson reader) {
        return reader.get();
    }

    @Benchmark
    public byte[] concurrentHashMap(OfLocal reader) {
        return reader.get();
    }
}
