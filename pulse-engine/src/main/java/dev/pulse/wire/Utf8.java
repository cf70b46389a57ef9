package dev.pulse.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Text and its bytes in UTF-8, where nothing that the other form cannot say is silently replaced, as Java's own
 * conversions do: two names would become one key, and content would be another than was given.
 */
public final class Utf8 {
    private static final char REPLACEMENT = '\uFFFD';

    private Utf8() {}

    /**
     * Returns the text itself.
     *
     * @param what what it is, for the message
     * @throws IllegalArgumentException when it holds half a surrogate pair, for which there are no bytes
     */
    public static String requireEncodable(String what, String text) {
        return requireEncodable(() -> what, text);
    }

    /** The same where saying what it is costs something. */
    public static String requireEncodable(Supplier<String> what, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isLowSurrogate(c)
                    || i + 1 == text.length()
                    || !Character.isLowSurrogate(text.charAt(i + 1))) {
                throw new IllegalArgumentException(what.get() + " is text that UTF-8 can say, was " + Shown.text(text)
                        + " with half a surrogate pair at index " + i);
            }
            i++;
        }
        return text;
    }

    /**
     * The text that these bytes say.
     *
     * @throws CharacterCodingException when they are not UTF-8
     */
    public static String decode(byte[] bytes) throws CharacterCodingException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // what cannot be read becomes this character, which may also have been there; only then it takes a second look
        if (text.indexOf(REPLACEMENT) >= 0) {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
        return text;
    }
}
