package dev.pulse.camel;

import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.EventId;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Message;
import org.apache.camel.support.ObjectHelper;

/** Reads which events a message is about. */
public final class EventIds {
    private EventIds() {}

    /**
     * Those in the header {@link PulseConstants#EVENT_ID}, else those in the body: one, a list of them, or text with
     * commas between; dead letters have their own ids.
     *
     * @throws IllegalArgumentException when there are none, or one is no id
     */
    public static List<EventId> of(Message message) {
        Object given = message.getHeader(PulseConstants.EVENT_ID);
        List<EventId> ids = new ArrayList<>();
        for (Object each : ObjectHelper.createIterable(given == null ? message.getBody() : given)) {
            ids.add(
                    switch (each) {
                        case EventId id -> id;
                        case DeadLetter<?> letter -> letter.id();
                        default -> EventId.parse(each.toString().strip());
                    });
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException(
                    "ids of events are in the header " + PulseConstants.EVENT_ID + " or in the body, were in neither");
        }
        return ids;
    }
}
