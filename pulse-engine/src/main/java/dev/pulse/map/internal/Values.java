package dev.pulse.map.internal;

import dev.pulse.MapValueException;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The values of one map and their bytes. Thread-safe. */
final class Values<V> {
    private final String map;
    private final Codec<V> codec;
    private final int mostBytes;
    private final boolean quick;

    Values(String map, Codec<V> codec, int mostBytes) {
        this.map = map;
        this.codec = codec;
        this.mostBytes = mostBytes;
        this.quick = codec == Codecs.bytes() || codec == Codecs.string() || codec == Codecs.list();
    }

    /** Whether decoding runs no code of the user's, who may block in it. */
    boolean isQuick() {
        return quick;
    }

    int mostBytes() {
        return mostBytes;
    }

    /** Throws {@link IllegalArgumentException} when it cannot be encoded, or is too large. */
    byte[] encode(String key, V value) {
        Objects.requireNonNull(value, "value");
        byte[] bytes;
        try {
            bytes = codec.encode(value);
        } catch (Exception e) {
            throw new IllegalArgumentException("value of " + named(key) + " cannot be encoded: " + e.getMessage(), e);
        }
        if (bytes.length > mostBytes) {
            throw new IllegalArgumentException("value of " + named(key) + " has at most " + mostBytes
                    + " bytes (maxPayloadBytes), had " + bytes.length);
        }
        return bytes;
    }

    /** Throws whatever the codec does, and when it makes null of them. */
    V decode(byte[] bytes) throws Exception {
        return Objects.requireNonNull(codec.decode(bytes), "the codec returned null");
    }

    /** Throws {@link MapValueException} when it cannot be read. */
    V require(String key, byte[] bytes) {
        try {
            return decode(bytes);
        } catch (Exception e) {
            throw new MapValueException("value of " + named(key) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Empty for null, and for what cannot be read: the replica reports that. */
    Optional<V> readable(byte @Nullable [] bytes) {
        if (bytes == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(decode(bytes));
        } catch (Throwable e) {
            // an error too: what asks for this has been done, and must not look as if it had not
            return Optional.empty();
        }
    }

    /** Whether two values are equal, or the same bytes; false where the user's code cannot tell. */
    boolean isSame(V one, V other, byte[] otherBytes) {
        try {
            return Objects.deepEquals(one, other) || Arrays.equals(codec.encode(one), otherBytes);
        } catch (Throwable e) {
            return false;
        }
    }

    /** Whether these bytes may be that value; true also where values that came of the same bytes are not equal. */
    boolean mayBe(V value, byte[] bytes) {
        try {
            V read = decode(bytes);
            return isSame(value, read, bytes) || !Objects.deepEquals(read, decode(bytes));
        } catch (Throwable e) {
            return false;
        }
    }

    String named(String key) {
        return "key \"" + key + "\" in map \"" + map + "\"";
    }
}
