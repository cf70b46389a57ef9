package dev.pulse.camel;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.apache.camel.Message;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;

/** Reads times in options and headers. */
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

    /**
     * How long a header says: a {@link Duration}, a number of milliseconds, or a text such as {@code 10s}.
     *
     * @return empty when there is no such header
     * @throws IllegalArgumentException when it is none of these
     */
    public static Optional<Duration> header(Message message, String name) {
        Object value = message.getHeader(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Number millis) {
            return Optional.of(Duration.ofMillis(millis.longValue()));
        }
        try {
            return Optional.of(message.getExchange()
                    .getContext()
                    .getTypeConverter()
                    .mandatoryConvertTo(Duration.class, message.getExchange(), value));
        } catch (NoTypeConversionAvailableException | TypeConversionException e) {
            throw new IllegalArgumentException(
                    "header " + name + " is a time such as 10s, or milliseconds, was \"" + value + '"', e);
        }
    }
}
