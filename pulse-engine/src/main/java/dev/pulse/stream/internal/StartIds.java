package dev.pulse.stream.internal;

import dev.pulse.stream.EventId;
import dev.pulse.stream.StartAt;

/** Start positions as the ids that Redis reads after. */
final class StartIds {
    private StartIds() {}

    /** The id to read after; for the newest, which only Redis knows, zero. */
    static EventId after(StartAt start) {
        return switch (start) {
            case StartAt.Newest newest -> EventId.ZERO;
            case StartAt.Oldest oldest -> EventId.ZERO;
            case StartAt.After(EventId id) -> id;
            // the last id that the millisecond before can have
            case StartAt.At at ->
                at.time().toEpochMilli() == 0
                        ? EventId.ZERO
                        : new EventId(at.time().toEpochMilli() - 1, -1);
        };
    }

    /** The same for XGROUP CREATE, which resolves {@code $} at that moment. */
    static String ofGroup(StartAt start) {
        return start instanceof StartAt.Newest ? "$" : after(start).toString();
    }
}
