package dev.pulse.camel.map;

import dev.pulse.camel.PayloadCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * The values of one map as bodies. The replica has bytes, and each message a value of its own: what a route does to it
 * changes nobody else's.
 *
 * @param map its name
 */
record MapValues(String map, PayloadCodec codec) {
    /** Throws when there is no way to make a value of it. */
    byte[] encode(Exchange exchange, Object value) throws Exception {
        return codec.encode(exchange, value);
    }

    /** Throws when the codec cannot read it, naming the key. */
    Object decode(String key, byte[] value) {
        try {
            return codec.decode(value.clone());
        } catch (Exception e) {
            throw new RuntimeCamelException(
                    "value of key \"" + key + "\" in map \"" + map + "\" cannot be decoded: " + e.getMessage(), e);
        }
    }

    @Nullable
    Object decode(String key, Optional<byte[]> value) {
        return value.map(bytes -> decode(key, bytes)).orElse(null);
    }

    /** Null also for what the codec cannot read. */
    @Nullable
    Object readable(String key, Optional<byte[]> value) {
        try {
            return decode(key, value);
        } catch (RuntimeCamelException e) {
            return null;
        }
    }

    Map<String, Object> decode(Map<String, byte[]> content) {
        Map<String, Object> decoded = LinkedHashMap.newLinkedHashMap(content.size());
        content.forEach((key, value) -> decoded.put(key, decode(key, value)));
        return decoded;
    }
}
