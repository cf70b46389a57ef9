package dev.pulse;

/** A change of state in the background, told once to the {@link PulseListener} and logged in one line. */
public sealed interface PulseEvent {
    /** A loop lost its connection, or cannot make one; it goes on trying. */
    record ConnectionLost(String loop, String cause) implements PulseEvent {}

    /** The loop works again. */
    record ConnectionRestored(String loop) implements PulseEvent {}

    /** A sink's consumer group was gone (deleted, flushed, failed over) and was made again where it had come to. */
    record GroupLost(String stream, String sink) implements PulseEvent {}

    /** The ack deadline of an event passed while it was worked on; another consumer has or gets it. */
    record LeaseLost(String stream, String sink, String eventId) implements PulseEvent {}

    /**
     * The incarnation of a stream that a reader or sink belongs to was destroyed; its loops have ended for good. Told by
     * each reader and sink.
     */
    record StreamDestroyed(String stream, long incarnation) implements PulseEvent {}

    /**
     * An entry was passed over: by a reader, because it is no event or the codec cannot read it; by a sink, because it was
     * trimmed before it was done, or because dead letters have no dead letters of their own.
     */
    record EntryDropped(String stream, String eventId, String cause) implements PulseEvent {}

    /** A sink gave an event up; it stands among the dead letters of its stream. */
    record DeadLettered(String stream, String sink, String eventId, String cause) implements PulseEvent {}
}
