package dev.pulse.jmh.peer;

import java.nio.charset.StandardCharsets;

/** The event that everybody appends: two fields, as Pulse writes them. */
public final class Sample {
    /** How many events a stream keeps. */
    public static final int MAX_LENGTH = 100_000;

    /** The name of the event. */
    public static final String NAME = "event";

    private static final int PAYLOAD_BYTES = 256;

    private Sample() {}

    /** 256 bytes of text. */
    public static byte[] payload() {
        return bytes("x".repeat(PAYLOAD_BYTES));
    }

    /** The same with a number that is legible in the first four characters, up to 9,999. */
    public static byte[] payload(int number) {
        byte[] payload = payload();
        System.arraycopy(bytes("%04d".formatted(number)), 0, payload, 0, 4);
        return payload;
    }

    /** The number of such a payload, as text. */
    public static String number(byte[] payload) {
        return new String(payload, 0, 4, StandardCharsets.US_ASCII);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
