package dev.pulse.wire;

import java.nio.charset.StandardCharsets;

/** From a job key to a slot: CRC-64/XZ over its bytes, then the jump consistent hash, both as Go's {@code pool}. */
public final class KeyHash {
    /** The polynomial of ECMA-182, bits reversed. */
    private static final long POLYNOMIAL = 0xC96C5795D7870F42L;

    private static final long[] TABLE = table();

    private KeyHash() {}

    /** {@link #crc64(byte[])} of the key's UTF-8 bytes. */
    public static long crc64(String key) {
        return crc64(key.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The CRC-64/XZ: polynomial of Standard ECMA-182 (annex B), reflected, all ones in and out, so that the check value
     * of {@code 123456789} is {@code 995dc9bbdf1939fa}. The same as Go's {@code hash/crc64} with {@code crc64.ECMA} and
     * as the check of the .xz file format. By one table look-up for each byte.
     */
    public static long crc64(byte[] bytes) {
        long crc = ~0L;
        for (byte b : bytes) {
            crc = TABLE[((int) crc ^ b) & 0xFF] ^ (crc >>> 8);
        }
        return ~crc;
    }

    /**
     * The bucket of a hash, 0 to {@code buckets - 1}: "A Fast, Minimal Memory, Consistent Hash Algorithm" by John
     * Lamping and Eric Veach (Google, 2014, arXiv:1406.2294). With one bucket more, one in {@code buckets + 1} hashes
     * moves, and only to the new bucket.
     *
     * @param buckets 1 or more
     * @throws IllegalArgumentException when {@code buckets} is less
     */
    public static int jump(long hash, int buckets) {
        if (buckets < 1) {
            throw new IllegalArgumentException("buckets is 1 or more, was " + buckets);
        }
        long state = hash;
        long bucket = -1;
        long next = 0;
        while (next < buckets) {
            bucket = next;
            state = state * 2862933555777941757L + 1;
            next = (long) ((bucket + 1) * (double) (1L << 31) / (double) ((state >>> 33) + 1));
        }
        return (int) bucket;
    }

    private static long[] table() {
        long[] table = new long[256];
        for (int i = 0; i < table.length; i++) {
            long crc = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
            }
            table[i] = crc;
        }
        return table;
    }
}
