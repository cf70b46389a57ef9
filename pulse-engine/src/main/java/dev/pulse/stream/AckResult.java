package dev.pulse.stream;

/** What an {@code ack} came to. */
public enum AckResult {
    /** The event is done for this sink. */
    ACKED,
    /** The ack deadline had passed and the event is no longer ours: it is, or will be, delivered again. */
    LEASE_LOST,
    /** This delivery was acked, nacked or given back before. */
    ALREADY_DONE
}
