package dev.pulse.wire;

import java.nio.charset.StandardCharsets;

/** A refused value as it appears in a message: in quotes, on one line, and shortened when it is huge. */
final class Shown {
    private static final int MOST = 64;

    private Shown() {}

    static String text(String value) {
        if (value.length() <= MOST) {
            return quoted(value);
        }
        int end = Character.isHighSurrogate(value.charAt(MOST - 1)) ? MOST - 1 : MOST;
        return quoted(value.substring(0, end) + "…") + " (" + value.length() + " characters)";
    }

    /** Bytes that are mostly text in UTF-8; what is not appears as the replacement character. */
    static String bytes(byte[] value) {
        if (value.length <= MOST) {
            return quoted(new String(value, StandardCharsets.UTF_8));
        }
        return quoted(new String(value, 0, MOST, StandardCharsets.UTF_8) + "…") + " (" + value.length + " bytes)";
    }

    private static String quoted(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        value.codePoints().forEach(c -> {
            // half a surrogate pair is a code point of its own
            if (Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
