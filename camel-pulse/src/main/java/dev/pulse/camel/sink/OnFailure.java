package dev.pulse.camel.sink;

/** What happens to an event whose exchange failed. */
public enum OnFailure {
    /** It is delivered again after the back-off; after the last delivery it is a dead letter. */
    NACK,
    /** It stays pending, and is delivered again when the ack deadline has passed; in the end it is a dead letter too. */
    LEAVE_PENDING,
    /** It is a dead letter at once. */
    DEAD_LETTER,
    /** It is acked, as if nothing had happened. */
    ACK
}
