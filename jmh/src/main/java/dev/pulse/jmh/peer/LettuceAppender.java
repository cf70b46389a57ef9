package dev.pulse.jmh.peer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.LinkedHashMap;
import java.util.Map;

/** Lettuce's blocking commands on one connection that all threads share, as its authors recommend. */
public final class LettuceAppender implements Appender {
    private final Map<byte[], byte[]> fields = new LinkedHashMap<>();
    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;
    private final byte[] key;

    public LettuceAppender(String host, int port, String key) {
        client = RedisClient.create(RedisURI.create(host, port));
        connection = client.connect(ByteArrayCodec.INSTANCE);
        this.key = Sample.bytes(key);
        fields.put(Sample.bytes("n"), Sample.bytes(Sample.NAME));
        fields.put(Sample.bytes("p"), Sample.payload());
    }

    @Override
    public Object append() {
        return connection
                .sync()
                .xadd(key, XAddArgs.Builder.maxlen(Sample.MAX_LENGTH).exactTrimming(), fields);
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
