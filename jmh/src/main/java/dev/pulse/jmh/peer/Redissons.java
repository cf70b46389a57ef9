package dev.pulse.jmh.peer;

import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;

/** Redisson with all its defaults, but for the codec: bytes as they are. */
final class Redissons {
    static final byte[] N = Sample.bytes("n");
    static final byte[] P = Sample.bytes("p");

    private Redissons() {}

    static RedissonClient connect(String host, int port) {
        Config config = new Config();
        config.setCodec(ByteArrayCodec.INSTANCE);
        config.useSingleServer().setAddress("redis://" + host + ":" + port);
        return Redisson.create(config);
    }
}
