package dev.pulse.jmh.peer;

import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;

/** Redisson's blocking {@code RStream.add} with all its defaults, but for the codec: bytes as they are. */
public final class RedissonAppender implements Appender {
    private final byte[] name = Sample.bytes(Sample.NAME);
    private final byte[] payload = Sample.payload();
    private final RedissonClient client;
    private final RStream<byte[], byte[]> stream;

    public RedissonAppender(String host, int port, String key) {
        client = Redissons.connect(host, port);
        stream = client.getStream(key);
    }

    @Override
    public Object append() {
        return stream.add(StreamAddArgs.entries(Redissons.N, name, Redissons.P, payload)
                .trim()
                .maxLen(Sample.MAX_LENGTH)
                .noLimit());
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
