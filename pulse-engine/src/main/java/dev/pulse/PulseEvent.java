package dev.pulse;

import java.util.OptionalLong;

/**
 * A change of state in the background, told once to the {@link PulseListener} and logged in one line. Sealed, so that a
 * {@code switch} can be complete; later versions may add kinds, so one that is to outlive them has a {@code default}.
 */
public sealed interface PulseEvent {
    /**
     * A loop lost its connection, or cannot make one; it goes on trying.
     *
     * @param loop its name, as in {@link Health.Loop}
     * @param cause why, in words
     */
    record ConnectionLost(String loop, String cause) implements PulseEvent {}

    /**
     * The loop works again.
     *
     * @param loop its name, as in {@link Health.Loop}
     */
    record ConnectionRestored(String loop) implements PulseEvent {}

    /** A sink's consumer group was gone (deleted, flushed, failed over) and was made again where it had come to. */
    record GroupLost(String stream, String sink) implements PulseEvent {}

    /**
     * The ack deadline of an event passed while it was worked on; another consumer has or gets it.
     *
     * @param eventId as {@link dev.pulse.stream.EventId} shows it
     */
    record LeaseLost(String stream, String sink, String eventId) implements PulseEvent {}

    /**
     * The incarnation of a stream that a reader or sink belongs to was destroyed; its loops have ended for good. Told by
     * each reader and sink.
     */
    record StreamDestroyed(String stream, long incarnation) implements PulseEvent {}

    /**
     * An entry was passed over: by a reader, because it is no event or the codec cannot read it; by a sink, because it was
     * trimmed before it was done, or because dead letters have no dead letters of their own.
     *
     * @param eventId as {@link dev.pulse.stream.EventId} shows it
     * @param cause why, in words
     */
    record EntryDropped(String stream, String eventId, String cause) implements PulseEvent {}

    /**
     * A sink gave an event up; it stands among the dead letters of its stream.
     *
     * @param eventId the event's id in its stream, as {@link dev.pulse.stream.EventId} shows it
     * @param cause why, in words
     */
    record DeadLettered(String stream, String sink, String eventId, String cause) implements PulseEvent {}

    /**
     * Events were trimmed away before a reader had read them; it goes on with what is there.
     *
     * @param after the last event it had read, or the one it was to begin after
     * @param first the first event it found after that
     * @param count how many were lost; empty where Redis does not know it: before 7.0, where entries between were removed
     *     by name, or where the reader began somewhere in the middle and has not yet reached the end once
     */
    record Gap(String stream, String after, String first, OptionalLong count) implements PulseEvent {}

    /**
     * Events were trimmed away before any consumer of a sink had read them; it goes on with what is there. Told by the
     * consumer that notices it, once for all consumers of the sink when there is a count, else by each. Consumers look when
     * they begin, after a pause, and ten times a second while they have much to read. On Redis 7.0 nothing escapes them; on
     * others what is trimmed between two looks of a sink that reads on meanwhile may.
     *
     * @param after the last event that the sink had read when it was noticed
     * @param first the oldest event that is kept; {@code 0-0} when there is none
     * @param count how many were lost; empty where Redis does not know it: before 7.0, or where some of these were removed
     *     by name. Then they may even have been read
     */
    record SinkGap(String stream, String sink, String after, String first, OptionalLong count) implements PulseEvent {}

    /**
     * A stream that a reader reads is not what it was: it was deleted, flushed or has expired, or an older state of it
     * was restored. What the reader had not read of the former one is lost to it; nothing that is added afterwards is.
     *
     * @param after the last event it had read
     * @param goesOnAfter where it goes on: after what is there, since that was there before; {@code 0-0}, reading all that
     *     is there, when nothing is, or when Redis' clock stands before {@code after}, so that ids do not tell what is new
     */
    record StreamReset(String stream, String after, String goesOnAfter) implements PulseEvent {}

    /**
     * A replica of a map missed changes that were published; it took all of the content anew, or is about to.
     *
     * @param after the last revision it had seen
     * @param found the revision it found instead of the next one; {@code after} where it had to drop changes itself, because
     *     it lagged too far behind
     */
    record MapGap(String map, long after, long found) implements PulseEvent {}

    /**
     * A map in Redis is not what it was: it has expired, was deleted or flushed, or an older state of it was restored. Its
     * replica has what is there now.
     *
     * @param after the last revision the replica had seen
     * @param found the revision of what is there
     */
    record MapRegressed(String map, long after, long found) implements PulseEvent {}

    /**
     * A replica cannot show an entry of a map: the codec cannot read its value, or its key is no UTF-8.
     *
     * @param key the key; bytes that are no UTF-8 appear as the replacement character
     * @param cause why, in words
     */
    record MapValueDropped(String map, String key, String cause) implements PulseEvent {}

    /**
     * A worker of a pool lost its lease, or was about to. It stops its jobs, and goes on under another id as soon as it can;
     * others may have them by then.
     *
     * @param worker the id that it had
     * @param jobs how many it had
     * @param cause why, in words: for how long Redis did not answer, or this process stood still; that the worker's inbox
     *     could not be read in time; that Redis says it is over, where its clock was set or it lost what it knew
     */
    record WorkerLost(String pool, String worker, int jobs, String cause) implements PulseEvent {}

    /**
     * A worker of a pool passed over what stood in its inbox: it is no entry of ours.
     *
     * @param worker whose inbox it was
     * @param entryId as Redis has it
     * @param cause why, in words
     */
    record InboxEntryDropped(String pool, String worker, String entryId, String cause) implements PulseEvent {}

    /**
     * A job was given up: a task whose attempts are used up, or whose handler said that it can never be done, or a service that
     * could not be begun again. It is kept until somebody tries it anew, or stops it, within the pool's settings.
     *
     * @param key what the job is known by
     * @param id its dispatch id
     * @param attempts how many it had
     * @param cause why the last one failed, in words
     */
    record JobDead(String pool, String key, String id, int attempts, String cause) implements PulseEvent {}

    /**
     * Dead jobs of a pool were dropped: they were kept for as long as its settings say, or were the oldest of more than that are
     * kept. Told by the node that did it.
     *
     * @param jobs how many, 1 or more
     */
    record DeadJobsDropped(String pool, long jobs) implements PulseEvent {}

    /**
     * The handler of a job failed to begin or end it, or to take what was sent to it; or an attempt of a task failed.
     *
     * @param key what the job is known by
     * @param fencingToken under which it was
     * @param cause why, in words
     */
    record JobFailed(String pool, String key, long fencingToken, String cause) implements PulseEvent {}

    /**
     * The handler of a job does not return: from a start that was interrupted because it took too long, from a stop, or from a
     * task that was interrupted because it is to end. Its key stays taken until it does; other jobs go on.
     *
     * @param key what the job is known by
     * @param fencingToken under which it is
     * @param call {@code start}, {@code stop} or {@code run}
     */
    record JobHung(String pool, String key, long fencingToken, String call) implements PulseEvent {}

    /**
     * The handler of a ticker threw; the ticker goes on.
     *
     * @param due when the firing was due, in ms since 1970
     * @param cause why, in words
     */
    record TickFailed(String pool, String ticker, long due, String cause) implements PulseEvent {}

    /**
     * The planner of a schedule threw, or its claim was lost, before there was a plan; it, or another, is asked again.
     *
     * @param due when the plan was due, in ms since 1970
     * @param cause why, in words
     */
    record PlanFailed(String pool, String schedule, long due, String cause) implements PulseEvent {}

    /**
     * A job could not be started, or stopped, for a plan. It is tried again until there is another plan; others go on.
     *
     * @param due when the plan was due, in ms since 1970
     * @param key of the job
     * @param cause why, in words
     */
    record PlanItemFailed(String pool, String schedule, long due, String key, String cause) implements PulseEvent {}
}
