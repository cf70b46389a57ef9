package dev.pulse.camel.sink;

/** What happens to an event whose exchange failed. */
public enum OnFailure {
    /** It is delivered again after the back-off. */
    NACK,
    /** It stays pending, and is delivered again when the ack deadline has passed. */
    LEAVE_PENDING,
    /** It is acked, as if nothing had happened. */
    ACK
}
