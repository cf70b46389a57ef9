package dev.pulse.camel.stream;

/** Events of a stream were trimmed away, or went with the stream, before a consumer had read them. */
public class EventsLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EventsLostException(String message) {
        super(message);
    }
}
