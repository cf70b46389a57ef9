package dev.pulse.camel;

import org.apache.camel.spi.Metadata;

/** The names of the message headers that the endpoints read and set. */
public final class PulseConstants {
    private static final String STREAM_SCHEME = "pulse-stream";
    private static final String SINK_SCHEME = "pulse-sink";
    private static final String MAP_SCHEME = "pulse-map";
    private static final String POOL_SCHEME = "pulse-pool";

    @Metadata(
            label = "common",
            description =
                    "The id of the event, such as 1700000000000-3: of the one that was read, or of the one that was"
                            + " added; after a batch the list of all. A producer with an operation on events takes it, or"
                            + " a list of them, as those it is about",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME})
    public static final String EVENT_ID = "CamelPulseEventId";

    @Metadata(
            label = "common",
            description = "The name of the event, such as user.created. On a message that is sent it takes the place of"
                    + " the option eventName",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME})
    public static final String EVENT_NAME = "CamelPulseEventName";

    @Metadata(
            label = "consumer",
            description = "The stream that the event was read from",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME})
    public static final String STREAM = "CamelPulseStream";

    @Metadata(
            label = "consumer",
            description = "The sink that the event was delivered to",
            javaType = "String",
            applicableFor = SINK_SCHEME)
    public static final String SINK = "CamelPulseSink";

    @Metadata(
            label = "common",
            description =
                    "The topic of the event, absent if it has none. On a message that is sent it takes the place of"
                            + " the option topic",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME})
    public static final String TOPIC = "CamelPulseTopic";

    @Metadata(
            label = "consumer",
            description = "When the event was added, by Redis' clock, in milliseconds since 1970; also in the header"
                    + " CamelMessageTimestamp",
            javaType = "long",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME})
    public static final String TIMESTAMP = "CamelPulseTimestamp";

    @Metadata(
            label = "consumer",
            description = "Which delivery of the event to the sink this is, from 1",
            javaType = "int",
            applicableFor = SINK_SCHEME)
    public static final String DELIVERY_COUNT = "CamelPulseDeliveryCount";

    @Metadata(
            label = "consumer",
            description = "Settles the event, or the batch, by hand; with ackMode=manual",
            javaType = "dev.pulse.camel.sink.ManualAck",
            applicableFor = SINK_SCHEME)
    public static final String MANUAL_ACK = "CamelPulseManualAck";

    @Metadata(
            label = "common",
            description =
                    "Of a sink with exclusive, the number of the term in which the event was delivered; it grows with each change of the"
                            + " active member. Of a job, the number of its present ownership; it grows with each worker that gets"
                            + " the job. Of a ticker or a schedule, a number that grows with each due time. So what is written to can"
                            + " refuse one smaller than it has seen. A producer sets it after dispatch",
            javaType = "long",
            applicableFor = {SINK_SCHEME, POOL_SCHEME})
    public static final String FENCING_TOKEN = "CamelPulseFencingToken";

    @Metadata(
            label = "producer",
            description = "The stream to add to, in place of the endpoint's. Taken off the message when it was used",
            javaType = "String",
            applicableFor = STREAM_SCHEME)
    public static final String OVERRIDE_STREAM = "CamelPulseOverrideStream";

    @Metadata(
            label = "producer",
            description = "What to do, in place of the option operation. Taken off the message when it was used",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, SINK_SCHEME, MAP_SCHEME, POOL_SCHEME})
    public static final String OPERATION = "CamelPulseOperation";

    @Metadata(
            label = "common",
            description =
                    "Of a map, the key that changed, or the one to look at or to write where the option key is missing. Of a"
                            + " stream, with operation addOnce, the key under which the event is added once, in place of the"
                            + " option onceKey. Of a pool, the key of the job, or the one that a message was sent to, or the one to"
                            + " dispatch, stop or look at where the option key is missing. A producer takes it off the message when"
                            + " it was used",
            javaType = "String",
            applicableFor = {STREAM_SCHEME, MAP_SCHEME, POOL_SCHEME})
    public static final String KEY = "CamelPulseKey";

    @Metadata(
            label = "producer",
            description = "After addOnce and addIfExists, whether this message added the event: not when it was added"
                    + " under its key before, or when there is no stream",
            javaType = "boolean",
            applicableFor = STREAM_SCHEME)
    public static final String ADDED = "CamelPulseAdded";

    @Metadata(label = "consumer", description = "The map that changed", javaType = "String", applicableFor = MAP_SCHEME)
    public static final String MAP = "CamelPulseMap";

    @Metadata(
            label = "consumer",
            description =
                    "What happened to the key: present (it was there when the consumer began), set, del, reset (it went"
                            + " with all others), destroy (the same, for good)",
            javaType = "String",
            applicableFor = MAP_SCHEME)
    public static final String CHANGE_KIND = "CamelPulseChangeKind";

    @Metadata(
            label = "common",
            description =
                    "The value that the key had before, as the codec reads it: before the change, or before set, setAndWait"
                            + " and delete. Absent when there was none, or none that can be read",
            javaType = "Object",
            applicableFor = MAP_SCHEME)
    public static final String OLD_VALUE = "CamelPulseOldValue";

    @Metadata(
            label = "consumer",
            description = "The revision of the map with this change; it grows with each one",
            javaType = "long",
            applicableFor = MAP_SCHEME)
    public static final String REVISION = "CamelPulseRevision";

    @Metadata(
            label = "producer",
            description =
                    "The value to write, or the items to append or remove, where the option value is missing, in place"
                            + " of the body. Taken off the message when it was used",
            javaType = "Object",
            applicableFor = MAP_SCHEME)
    public static final String VALUE = "CamelPulseValue";

    @Metadata(
            label = "producer",
            description = "The value that the key is to have for testAndSet, testAndDelete and testAndReset, where the"
                    + " option testValue is missing. Taken off the message when it was used",
            javaType = "Object",
            applicableFor = MAP_SCHEME)
    public static final String TEST_VALUE = "CamelPulseTestValue";

    @Metadata(
            label = "producer",
            description = "How much inc adds, in place of the option amount. Taken off the message when it was used",
            javaType = "long",
            applicableFor = MAP_SCHEME)
    public static final String AMOUNT = "CamelPulseAmount";

    @Metadata(
            label = "producer",
            description = "After setIfAbsent, testAndSet, testAndDelete, testAndReset, appendUnique and remove, whether"
                    + " this message changed anything",
            javaType = "boolean",
            applicableFor = MAP_SCHEME)
    public static final String CHANGED = "CamelPulseChanged";

    @Metadata(
            label = "consumer",
            description = "The pool that the job, the message or what is due is of",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String POOL = "CamelPulsePool";

    @Metadata(
            label = "consumer",
            description =
                    "What the exchange is about: start (of a job, or of an attempt to do it), stop (of one that was started), notify (something was sent"
                            + " to a job), message (something was sent to a key, and its sender waits for the answer)",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String JOB_EVENT = "CamelPulseJobEvent";

    @Metadata(
            label = "common",
            description =
                    "The id that the job was dispatched with, or that was made for it. A producer sets it after dispatch and enqueue,"
                            + " and never reads it",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String JOB_ID = "CamelPulseJobId";

    @Metadata(
            label = "consumer",
            description =
                    "How often the job was started successfully before, here or elsewhere; 0 for a new one. Of a task,"
                            + " CamelPulseAttempt tells more",
            javaType = "int",
            applicableFor = POOL_SCHEME)
    public static final String RESTARTS = "CamelPulseRestarts";

    @Metadata(
            label = "consumer",
            description = "The worker that has the job",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String WORKER = "CamelPulseWorker";

    @Metadata(
            label = "producer",
            description =
                    "The id to dispatch with, to ask about or to withdraw, or the one that the job to stop must have,"
                            + " where the option dispatchId is missing. Taken off the message when it was used",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String DISPATCH_ID = "CamelPulseDispatchId";

    @Metadata(
            label = "producer",
            description =
                    "After outcome and withdraw, and after a task whose end was waited for, how far the job is: PENDING, STARTED, DONE, FAILED, STOPPED, DEAD, LOST or"
                            + " WITHDRAWN; absent when nothing is known",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String OUTCOME = "CamelPulseOutcome";

    @Metadata(
            label = "producer",
            description = "After stop, notify and retry, whether there was such a job",
            javaType = "boolean",
            applicableFor = POOL_SCHEME)
    public static final String JOB_FOUND = "CamelPulseJobFound";

    @Metadata(
            label = "consumer",
            description =
                    "The job itself: it can be asked whether its worker still holds its lease, and whether it is to stop, as in"
                            + " ${header.CamelPulseJob.isStopping}",
            javaType = "dev.pulse.pool.Job",
            applicableFor = POOL_SCHEME)
    public static final String JOB = "CamelPulseJob";

    @Metadata(
            label = "consumer",
            description = "Which attempt of the task this is, from 1",
            javaType = "int",
            applicableFor = POOL_SCHEME)
    public static final String ATTEMPT = "CamelPulseAttempt";

    @Metadata(
            label = "consumer",
            description = "How many attempts the task has; one that fails in the last is dead",
            javaType = "int",
            applicableFor = POOL_SCHEME)
    public static final String ATTEMPTS = "CamelPulseAttempts";

    @Metadata(
            label = "consumer",
            description =
                    "Set by the route of a task: it is to run again after this time, such as 10s, or a number of milliseconds, 0 to"
                            + " 365d, and the attempt is not counted. Goes before all else that the end of the exchange would come to",
            javaType = "java.time.Duration",
            applicableFor = POOL_SCHEME)
    public static final String AGAIN_AFTER = "CamelPulseAgainAfter";

    @Metadata(
            label = "consumer",
            description =
                    "Set by the route of a task: it can never be done, and is dead at once, for this cause. Goes before success and"
                            + " failure of the exchange",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String DEAD = "CamelPulseDead";

    @Metadata(
            label = "producer",
            description =
                    "How long the job that is dispatched or enqueued waits before it begins, such as 10s, or a number of milliseconds,"
                            + " in place of the option delay. Taken off the message when it was used",
            javaType = "java.time.Duration",
            applicableFor = POOL_SCHEME)
    public static final String DELAY = "CamelPulseDelay";

    @Metadata(
            label = "producer",
            description =
                    "After outcome and withdraw, what a task that is done said in the end, as the codec reads it; absent when nothing",
            javaType = "Object",
            applicableFor = POOL_SCHEME)
    public static final String RESULT = "CamelPulseResult";

    @Metadata(
            label = "consumer",
            description = "The ticker that is due",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String TICKER = "CamelPulseTicker";

    @Metadata(
            label = "consumer",
            description = "The schedule that is due",
            javaType = "String",
            applicableFor = POOL_SCHEME)
    public static final String SCHEDULE = "CamelPulseSchedule";

    @Metadata(
            label = "consumer",
            description = "When the ticker or the schedule was due, by Redis' clock, in milliseconds since 1970",
            javaType = "long",
            applicableFor = POOL_SCHEME)
    public static final String DUE = "CamelPulseDue";

    @Metadata(
            label = "consumer",
            description =
                    "How many due times of the ticker went by without a firing since the last one, or of the schedule without a plan",
            javaType = "long",
            applicableFor = POOL_SCHEME)
    public static final String MISSED = "CamelPulseMissed";

    private PulseConstants() {}
}
