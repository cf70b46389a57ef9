package dev.pulse.jmh;

import dev.pulse.jmh.peer.EvalshaWriter;
import dev.pulse.jmh.peer.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A raw writer that sets the same key as everybody by Pulse's script, 64 times in one write. */
@State(Scope.Benchmark)
public class RawMapWriter {
    static final int PIPELINED = 64;
    /** The reply is an array of two bulk strings: its length, and length and bytes of each. */
    private static final int REPLY_LINES = 5;

    private final BenchRedis redis = new BenchRedis();
    private byte[] commands;
    private RawPipeline pipeline;

    /** Connects, and sets the key, so that each reply has a previous value. */
    @Setup
    public void connect() throws IOException {
        List<byte[]> command = new ArrayList<>(List.of("EVALSHA".getBytes(StandardCharsets.US_ASCII)));
        try (EvalshaWriter first = new EvalshaWriter(redis.host(), redis.port(), "bench:raw")) {
            first.set(MapClient.KEY, Sample.payload());
            command.addAll(first.arguments(MapClient.KEY, Sample.payload()));
        }
        commands = RawPipeline.repeated(PIPELINED, command.toArray(byte[][]::new));
        pipeline = new RawPipeline(redis.host(), redis.port());
    }

    void set() throws IOException {
        pipeline.exchange(commands, PIPELINED * REPLY_LINES);
    }

    /** Closes the connection. */
    @TearDown
    public void close() throws IOException {
        pipeline.close();
        redis.close();
    }
}
