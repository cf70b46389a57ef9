package dev.pulse.camel;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** Reads times in options. */
public final class Times {
    private Times() {}

    /**
     * An ISO time such as {@code 2026-01-31T10:15:30Z} or {@code 2026-01-31T10:15:30+01:00}.
     *
     * @throws DateTimeException when it is none
     */
    public static Instant parse(String text) {
        // a plus sign in a URI arrives as a space
        return OffsetDateTime.parse(text.strip().replace(' ', '+')).toInstant();
    }
}
