package dev.pulse.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One committed change of a replicated map, as it is published on {@link MapKeys#channel}: the kind and a colon; then,
 * for set and delete, key, value and revision {@linkplain Packing packed}; for reset and destroy the revision alone. A
 * revision is decimal text everywhere. The form is that of Go's {@code rmap} in {@code goa.design/pulse}.
 *
 * <p>Keys and values are bytes, compared by content; the arrays are not copied and must not be changed.
 */
public sealed interface MapMessage {
    /** The map's revision with this change: 1 for its first change, then one more for each. */
    long revision();

    /** The bytes to be published. */
    byte[] encode();

    /**
     * Reads a published message.
     *
     * @throws IllegalArgumentException with the reason, when it is malformed: an unknown kind, a part that is cut off
     *     or whose length does not fit, a revision that is no decimal from 1 on, or bytes after the end
     */
    static MapMessage parse(byte[] message) {
        int colon = 0;
        while (colon < message.length && message[colon] != ':') {
            colon++;
        }
        if (colon == message.length) {
            throw malformed(message, new IllegalArgumentException("no colon after a kind"));
        }
        String kind = new String(message, 0, colon, StandardCharsets.ISO_8859_1);
        ByteBuffer rest = ByteBuffer.wrap(message, colon + 1, message.length - colon - 1);
        try {
            return switch (kind) {
                case "set" -> {
                    byte[] key = Packing.unpack(rest);
                    byte[] value = Packing.unpack(rest);
                    yield new Set(key, value, packedRevision(rest));
                }
                case "del" -> {
                    byte[] key = Packing.unpack(rest);
                    yield new Delete(key, packedRevision(rest));
                }
                case "reset" -> new Reset(parseRevision(remaining(rest)));
                case "destroy" -> new Destroy(parseRevision(remaining(rest)));
                default -> throw new IllegalArgumentException("unknown kind " + Shown.text(kind));
            };
        } catch (IllegalArgumentException e) {
            throw malformed(message, e);
        }
    }

    /** The key has this value now, whether it was there or not. */
    @SuppressWarnings("ArrayRecordComponent") // compared by content below
    record Set(byte[] key, byte[] value, long revision) implements MapMessage {
        /** Throws {@link IllegalArgumentException} when {@code revision} is less than 1. */
        public Set {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(value, "value");
            requireRevision(revision);
        }

        @Override
        public byte[] encode() {
            return join("set:", Packing.pack(key, value, ascii(Long.toString(revision))));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Set that
                    && revision == that.revision
                    && Arrays.equals(key, that.key)
                    && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Arrays.hashCode(key) + Arrays.hashCode(value)) + Long.hashCode(revision);
        }

        @Override
        public String toString() {
            return "Set[key=" + Shown.bytes(key) + ", value=" + value.length + " bytes, revision=" + revision + "]";
        }
    }

    /** The key is gone. */
    @SuppressWarnings("ArrayRecordComponent") // compared by content below
    record Delete(byte[] key, long revision) implements MapMessage {
        /** Throws {@link IllegalArgumentException} when {@code revision} is less than 1. */
        public Delete {
            Objects.requireNonNull(key, "key");
            requireRevision(revision);
        }

        @Override
        public byte[] encode() {
            return join("del:", Packing.pack(key, ascii(Long.toString(revision))));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Delete that && revision == that.revision && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + Long.hashCode(revision);
        }

        @Override
        public String toString() {
            return "Delete[key=" + Shown.bytes(key) + ", revision=" + revision + "]";
        }
    }

    /** All keys are gone; the map lives on. */
    record Reset(long revision) implements MapMessage {
        /** Throws {@link IllegalArgumentException} when {@code revision} is less than 1. */
        public Reset {
            requireRevision(revision);
        }

        @Override
        public byte[] encode() {
            return ascii("reset:" + revision);
        }
    }

    /** The map was destroyed; its revision goes on counting if it is used again. */
    record Destroy(long revision) implements MapMessage {
        /** Throws {@link IllegalArgumentException} when {@code revision} is less than 1. */
        public Destroy {
            requireRevision(revision);
        }

        @Override
        public byte[] encode() {
            return ascii("destroy:" + revision);
        }
    }

    private static long packedRevision(ByteBuffer from) {
        long revision = parseRevision(Packing.unpack(from));
        if (from.hasRemaining()) {
            throw new IllegalArgumentException(from.remaining() + " bytes after the revision");
        }
        return revision;
    }

    private static long parseRevision(byte[] decimal) {
        String greatest = Long.toString(Long.MAX_VALUE);
        String text = new String(decimal, StandardCharsets.ISO_8859_1);
        // stricter than parseLong, which takes signs and leading zeros: HINCRBY writes neither
        boolean decimalFromOne = !text.isEmpty() && text.charAt(0) != '0';
        for (int i = 0; i < text.length(); i++) {
            decimalFromOne &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        boolean fits = text.length() < greatest.length()
                || (text.length() == greatest.length() && text.compareTo(greatest) <= 0);
        if (!decimalFromOne || !fits) {
            throw new IllegalArgumentException(
                    "revision is a decimal of 1 to " + greatest + ", was " + Shown.text(text));
        }
        return Long.parseLong(text);
    }

    private static void requireRevision(long revision) {
        if (revision < 1) {
            throw new IllegalArgumentException("revision is 1 or more, was " + revision);
        }
    }

    private static IllegalArgumentException malformed(byte[] message, IllegalArgumentException reason) {
        return new IllegalArgumentException(
                "malformed map message " + Shown.bytes(message) + ": " + reason.getMessage(), reason);
    }

    private static byte[] remaining(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        return bytes;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(String kind, byte[] packed) {
        byte[] message = Arrays.copyOf(ascii(kind), kind.length() + packed.length);
        System.arraycopy(packed, 0, message, kind.length(), packed.length);
        return message;
    }
}
