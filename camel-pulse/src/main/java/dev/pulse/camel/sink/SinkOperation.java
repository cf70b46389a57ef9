package dev.pulse.camel.sink;

/** What a producer of a sink does. */
public enum SinkOperation {
    /** Tells how the sink gets on, as a map. */
    INFO,
    /** Tells how many events no consumer has read yet. */
    LAG,
    /** Tells how many events are read and not acknowledged. */
    PENDING,
    /** Acks events that a consumer of this context holds, with {@code ackMode=manual}. */
    ACK,
    /** Has such events delivered again. */
    NACK,
    /** Lists what the sink gave up. */
    DEAD_LETTERS,
    /** Gives dead letters back to the sink that gave them up. */
    REPLAY,
    /** Adds the events of dead letters again, for all. */
    REPLAY_AS_NEW
}
