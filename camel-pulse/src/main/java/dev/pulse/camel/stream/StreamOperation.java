package dev.pulse.camel.stream;

/** What a producer does with the stream. */
public enum StreamOperation {
    /** Adds the message as an event, or a list as many. */
    ADD,
    /** Adds the message unless an event was added under its key already. */
    ADD_ONCE,
    /** Adds the message if there is a stream. */
    ADD_IF_EXISTS,
    /** Removes events by id. */
    REMOVE,
    /** Asks for the figures of the stream and its sinks. */
    INFO,
    /** Asks for all that is retained. */
    SNAPSHOT,
    /** Changes what the stream retains, for everybody. */
    CHANGE_RETENTION,
    /** Ends this incarnation of the stream, for everybody. */
    DESTROY
}
