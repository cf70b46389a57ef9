package dev.pulse.jmh.peer;

import org.jspecify.annotations.Nullable;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;

/**
 * Redisson's {@code RLocalCachedMap} with all its defaults, but for the codec: keys are text, values bytes as they are. It
 * writes with {@code fastPut}, which is quicker than {@code put}.
 */
public final class RedissonMap implements KeyedMap {
    private final RedissonClient client;
    private final RLocalCachedMap<String, byte[]> map;

    public RedissonMap(String host, int port, String name) {
        client = Redissons.connect(host, port);
        map = client.getLocalCachedMap(LocalCachedMapOptions.<String, byte[]>name(name)
                .codec(new CompositeCodec(StringCodec.INSTANCE, ByteArrayCodec.INSTANCE)));
    }

    @Override
    public byte @Nullable [] get(String key) {
        return map.get(key);
    }

    @Override
    public Object set(String key, byte[] value) {
        return map.fastPut(key, value);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
