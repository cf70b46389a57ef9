package dev.pulse.camel;

import dev.pulse.stream.EventId;
import dev.pulse.stream.StartAt;
import java.time.DateTimeException;
import java.util.regex.Pattern;

/** Reads the option {@code startAt}. */
public final class StartOption {
    private static final Pattern EVENT_ID = Pattern.compile("\\d{1,20}(-\\d{1,20})?");

    private StartOption() {}

    /**
     * {@code newest}, {@code oldest}, the id of the event to start after, or the time to start at.
     *
     * @throws IllegalArgumentException when it is none of these
     */
    public static StartAt parse(String text) {
        return switch (text) {
            case "newest" -> StartAt.newest();
            case "oldest" -> StartAt.oldest();
            default -> {
                if (EVENT_ID.matcher(text).matches()) {
                    yield StartAt.after(EventId.parse(text));
                }
                try {
                    yield StartAt.at(Times.parse(text));
                } catch (DateTimeException e) {
                    throw new IllegalArgumentException(
                            "startAt is newest, oldest, an event id such as 1700000000000-0, or an ISO time such as"
                                    + " 2026-01-31T10:15:30Z, was \"" + text + "\"",
                            e);
                }
            }
        };
    }
}
