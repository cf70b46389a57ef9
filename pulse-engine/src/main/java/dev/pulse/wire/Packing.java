package dev.pulse.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Strings of bytes one after another, each after its length in 4 bytes, little-endian: {@code <I4c0} of the {@code
 * struct} library in Redis' Lua, and the form in which Go's {@code rmap} packs its messages.
 */
public final class Packing {
    private static final int LENGTH_BYTES = Integer.BYTES;

    private Packing() {}

    /**
     * The strings in their order.
     *
     * @throws IllegalArgumentException when the result would not fit into an array
     */
    public static byte[] pack(byte[]... strings) {
        long size = 0;
        for (byte[] string : strings) {
            size += LENGTH_BYTES + string.length;
        }
        // a few bytes less than an int can say: arrays of the very last lengths cannot be made
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("packed strings have at most " + (Integer.MAX_VALUE - 8)
                    + " bytes together, lengths included, were " + size);
        }
        ByteBuffer packed = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] string : strings) {
            packed.putInt(string.length).put(string);
        }
        return packed.array();
    }

    /**
     * All strings from {@code offset} to the end.
     *
     * @throws IllegalArgumentException when what is there is no sequence of packed strings
     * @throws IndexOutOfBoundsException when {@code offset} is negative or beyond the end
     */
    public static List<byte[]> unpack(byte[] packed, int offset) {
        Objects.checkIndex(offset, packed.length + 1);
        ByteBuffer from = ByteBuffer.wrap(packed, offset, packed.length - offset);
        List<byte[]> strings = new ArrayList<>();
        while (from.hasRemaining()) {
            strings.add(unpack(from));
        }
        return strings;
    }

    /**
     * The next string; the buffer's position moves behind it. The byte order of the buffer does not matter.
     *
     * @throws IllegalArgumentException when the length is cut off, negative, or longer than what follows; the position
     *     is then where it was
     */
    public static byte[] unpack(ByteBuffer from) {
        int start = from.position();
        if (from.remaining() < LENGTH_BYTES) {
            throw new IllegalArgumentException("packed string begins with " + LENGTH_BYTES + " bytes of length, only "
                    + from.remaining() + " left");
        }
        int raw = from.getInt(start);
        int length = from.order() == ByteOrder.LITTLE_ENDIAN ? raw : Integer.reverseBytes(raw);
        int left = from.remaining() - LENGTH_BYTES;
        if (length < 0 || length > left) {
            throw new IllegalArgumentException(
                    "packed string has a length of 0 to the " + left + " bytes that are left, was " + length);
        }
        byte[] string = new byte[length];
        from.position(start + LENGTH_BYTES).get(string);
        return string;
    }
}
