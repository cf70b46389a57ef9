package dev.pulse.jmh;

import dev.pulse.jmh.peer.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A raw writer that appends the same event as everybody, 64 times in one write. */
@State(Scope.Benchmark)
public class RawWriter {
    static final int PIPELINED = 64;
    /** The reply is a bulk string: its length, its bytes. */
    private static final int REPLY_LINES = 2;

    private final BenchRedis redis = new BenchRedis();
    private byte[] commands;
    private RawPipeline pipeline;

    /** Connects. */
    @Setup
    public void connect() throws IOException {
        commands = RawPipeline.repeated(
                PIPELINED,
                ascii("XADD"),
                ascii("bench:raw"),
                ascii("MAXLEN"),
                ascii("="),
                ascii(Integer.toString(Sample.MAX_LENGTH)),
                ascii("*"),
                ascii("n"),
                ascii(Sample.NAME),
                ascii("p"),
                Sample.payload());
        pipeline = new RawPipeline(redis.host(), redis.port());
    }

    void append() throws IOException {
        pipeline.exchange(commands, PIPELINED * REPLY_LINES);
    }

    /** Closes the connection. */
    @TearDown
    public void close() throws IOException {
        pipeline.close();
        redis.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
