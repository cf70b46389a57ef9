package dev.pulse.stream.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseEvent;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamConfigException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Script;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.EventId;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.TopicFilter;
import dev.pulse.task.Signals;
import dev.pulse.wire.MapKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A consumer group as one consumer of it sees it: every word between a sink and Redis. Thread-safe. */
final class SinkGroup {
    private static final Logger LOG = LoggerFactory.getLogger(SinkGroup.class);
    private static final Script JOIN = Script.loadRepeatable("/dev/pulse/stream/sink_join.lua");
    private static final Script LEAVE = Script.loadRepeatable("/dev/pulse/stream/sink_leave.lua");
    private static final Script SWEEP = Script.loadRepeatable("/dev/pulse/stream/sink_sweep.lua");
    private static final Script EXTEND = Script.loadRepeatable("/dev/pulse/stream/sink_extend.lua");
    private static final Script ACK = Script.loadRepeatable("/dev/pulse/stream/sink_ack.lua");
    private static final Script RELEASE = Script.loadRepeatable("/dev/pulse/stream/sink_release.lua");
    private static final Script CLAIM = Script.load("/dev/pulse/stream/sink_claim.lua");
    private static final Script FIGURES = Script.loadRepeatable("/dev/pulse/stream/sink_figures.lua");
    private static final Script TAKE_OVER = Script.load("/dev/pulse/stream/sink_takeover.lua");
    private static final Script CURSOR = Script.loadRepeatable("/dev/pulse/stream/sink_cursor.lua");

    private static final int TAKE_OVER_PAGE = 100;
    private static final long LEAST_DEADLINE_MILLIS = 100;

    private final Redis redis;
    private final Signals signals;
    private final StreamRecord record;
    private final Incarnation incarnation;
    private final String sink;
    private final String consumer;
    private final SinkOptions options;
    private final boolean noAck;
    private final DeadStream dead;
    private final SinkCounters counters;
    private final List<MapKeys> maps;
    private volatile Duration ackDeadline;
    /**
     * Where a group begins that has to be made and has no cursor in Redis. Once joined it is an id, never "newest": what
     * was added between the loss of the group and its healing would be passed over.
     */
    private volatile String beginAfter;

    /** An entry that was taken over, and how often it was delivered before. */
    record Claimed(Object entry, long deliveries) {}

    /**
     * What a look for claims found.
     *
     * @param next when to look again; empty when nothing is pending
     */
    record Claims(List<Claimed> claimed, Optional<Duration> next) {}

    /** An event to be given back, and how many deliveries of it were begun. */
    record Release(EventId id, int deliveries) {}

    /** An event whose ack deadline begins anew, and how many deliveries of it Redis is to remember. */
    record Extension(EventId id, int deliveries) {}

    SinkGroup(
            Redis redis,
            Signals signals,
            StreamRecord record,
            Incarnation incarnation,
            String sink,
            String consumer,
            SinkOptions options) {
        this(
                redis,
                signals,
                record,
                incarnation,
                sink,
                consumer,
                options,
                new DeadStream(redis, incarnation.keys().stream()),
                new SinkCounters());
    }

    private SinkGroup(
            Redis redis,
            Signals signals,
            StreamRecord record,
            Incarnation incarnation,
            String sink,
            String consumer,
            SinkOptions options,
            DeadStream dead,
            SinkCounters counters) {
        this.redis = redis;
        this.signals = signals;
        this.record = record;
        this.incarnation = incarnation;
        this.sink = sink;
        this.consumer = consumer;
        this.options = options;
        this.noAck = options.ackMode() == AckMode.NONE;
        this.dead = dead;
        this.counters = counters;
        this.maps = incarnation.consumerMaps(sink);
        this.ackDeadline = options.ackDeadline();
        this.beginAfter = StartIds.ofGroup(options.startAt());
    }

    Incarnation incarnation() {
        return incarnation;
    }

    SinkCounters counters() {
        return counters;
    }

    String sink() {
        return sink;
    }

    String consumer() {
        return consumer;
    }

    /** The ack deadline that holds: a Go sink's of the same name, else our option. */
    Duration ackDeadline() {
        return ackDeadline;
    }

    /** The same over the same connections with another command time-out. */
    SinkGroup withTimeout(Duration timeout) {
        SinkGroup same = new SinkGroup(
                redis.withTimeout(timeout),
                signals,
                record,
                incarnation,
                sink,
                consumer,
                options,
                dead.withTimeout(timeout),
                counters);
        same.ackDeadline = ackDeadline;
        same.beginAfter = beginAfter;
        return same;
    }

    /**
     * Makes the consumer known and the group exist; also the heartbeat.
     *
     * @return whether the group had to be made
     */
    boolean join() throws InterruptedException {
        var keys = incarnation.keys();
        List<Object> names = new ArrayList<>(List.of(
                keys.lifecycle(),
                incarnation.flat(),
                incarnation.physical(),
                keys.recovery(),
                keys.sinkConfig(sink),
                keys.resources()));
        maps.forEach(map -> names.add(map.content()));
        List<Object> arguments = new ArrayList<>(
                List.of(incarnation.number(), incarnation.retention().encode(), sink, consumer, beginAfter));
        List<String> wish = wish();
        arguments.addAll(wish);
        maps.forEach(map -> arguments.add(map.channel()));
        List<@Nullable Object> reply = Replies.list(redis.eval(JOIN, names, arguments));
        long outcome = Replies.number(reply.getFirst());
        if (outcome == 0) {
            throw record.destroyed(incarnation, reply);
        }
        if (outcome == -2) {
            throw new StreamConfigException(
                    "stream \"" + incarnation.stream() + "\" is over since its deadline, "
                            + EventId.parse(Replies.text(reply.get(1))).time(),
                    null);
        }
        if (outcome < 0) {
            List<String> made = reply.subList(1, 4).stream().map(Replies::text).toList();
            throw new StreamConfigException(
                    "sink \"" + sink + "\" of stream \"" + incarnation.stream() + "\" was made with "
                            + "filter %s \"%s\" and no-ack %s".formatted(made.toArray())
                            + ", which contradicts the wish for "
                            + "filter %s \"%s\" and no-ack %s".formatted(wish.toArray()),
                    null);
        }
        String grace = Replies.text(reply.get(2));
        if (!grace.isEmpty()) {
            // whatever stands there, upkeep must not spin
            ackDeadline = Duration.ofMillis(Math.max(LEAST_DEADLINE_MILLIS, millis(grace)));
        }
        boolean made = Replies.number(reply.get(1)) == 1;
        if (made) {
            LOG.info(
                    "stream={} sink={} state=group-made after={}",
                    incarnation.stream(),
                    sink,
                    Replies.text(reply.get(3)));
        }
        return made;
    }

    private long millis(String grace) {
        try {
            return Long.parseLong(grace);
        } catch (NumberFormatException e) {
            throw new StreamConfigException(
                    "sink \"" + sink + "\" of stream \"" + incarnation.stream()
                            + "\" was made with an ack_grace_ms that is no number, \"" + grace + "\"",
                    e);
        }
    }

    /** What we want, in the words of a Go sink's config: filter kind and value, and no-ack. */
    private List<String> wish() {
        String acks = noAck ? "1" : "0";
        return switch (options.topics()) {
            case TopicFilter.All all -> List.of("all", "", acks);
            case TopicFilter.Exactly(String topic) -> List.of("topic", topic, acks);
            case TopicFilter.Matching(Pattern pattern) -> List.of("pattern", pattern.pattern(), acks);
        };
    }

    /** Joins again, and reports the group as lost if it was. */
    void heal() throws InterruptedException {
        if (join()) {
            LOG.warn("stream={} sink={} state=group-lost-and-made-again", incarnation.stream(), sink);
            signals.emit(new PulseEvent.GroupLost(incarnation.stream(), sink));
        }
    }

    /** Whether Redis said that the group, or the stream, is not there. */
    static boolean isGroupMissing(RedisReplyException e) {
        return e.code().equals("NOGROUP") || e.code().equals("UNBLOCKED");
    }

    /** New entries for this consumer, waiting at most that long for the first. */
    List<@Nullable Object> read(OwnedConnection connection, int count, Duration block) throws InterruptedException {
        Command command = readGroup(count);
        if (block.toMillis() > 0) {
            command.arg("BLOCK").arg(block.toMillis());
        }
        return Replies.entriesOfOneStream(connection.call(
                command.arg("STREAMS").key(incarnation.physical()).arg(">"), block));
    }

    /** Entries after this id that are pending on this consumer. */
    List<@Nullable Object> history(OwnedConnection connection, int count, EventId after) throws InterruptedException {
        Command command =
                readGroup(count).arg("STREAMS").key(incarnation.physical()).arg(after.toString());
        return Replies.entriesOfOneStream(connection.call(command, Duration.ZERO));
    }

    /** How often Redis counts to have handed out what is pending on this consumer, between these two. */
    Map<EventId, Long> counts(EventId first, EventId last, int count) throws InterruptedException {
        Command command = Command.repeatable("XPENDING")
                .key(incarnation.physical())
                .arg(sink)
                .arg(first.toString())
                .arg(last.toString())
                .arg(count)
                .arg(consumer);
        Map<EventId, Long> counts = new HashMap<>();
        for (Object row : Replies.list(redis.call(command))) {
            List<@Nullable Object> pending = Replies.list(row);
            counts.put(EventId.parse(Replies.text(pending.get(0))), Replies.number(pending.get(3)));
        }
        return counts;
    }

    private Command readGroup(int count) {
        Command command = Command.write("XREADGROUP")
                .arg("GROUP")
                .arg(sink)
                .arg(consumer)
                .arg("COUNT")
                .arg(count);
        return noAck ? command.arg("NOACK") : command;
    }

    /** Acknowledges many at once, whoever holds them. */
    long ack(Collection<EventId> ids) throws InterruptedException {
        Command command = Command.repeatable("XACK").key(incarnation.physical()).arg(sink);
        ids.forEach(id -> command.arg(id.toString()));
        return Replies.number(redis.call(command));
    }

    /**
     * Acknowledges one that is ours.
     *
     * @param stillOurs asked when the first reply was lost and a second one says that it was not pending: either the first
     *     has done it, or it was not ours any more
     * @return whether it was acknowledged
     */
    boolean ackOne(EventId id, BooleanSupplier stillOurs) throws InterruptedException {
        long deadline = System.nanoTime() + redis.timeout().toNanos();
        try {
            return Replies.number(redis.call(Command.write("XACK")
                            .key(incarnation.physical())
                            .arg(sink)
                            .arg(id.toString())))
                    == 1;
        } catch (OutcomeUnknownException e) {
            Duration left = Polls.until(deadline);
            if (Thread.currentThread().isInterrupted() || left.isZero()) {
                throw e;
            }
            return withTimeout(left).ack(List.of(id)) == 1 || stillOurs.getAsBoolean();
        }
    }

    /** Acknowledges one only if it is still pending on this consumer. */
    boolean ackIfOurs(EventId id) throws InterruptedException {
        return Replies.number(onStream(ACK, List.of(sink, consumer, id))) == 1;
    }

    /** Begins the ack deadline of these anew. Returns those that are not ours any more. */
    Set<EventId> extend(Collection<Extension> extensions) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(sink, consumer));
        extensions.forEach(extension -> {
            arguments.add(extension.id());
            arguments.add(extension.deliveries());
        });
        Set<EventId> lost = new HashSet<>();
        Replies.list(onStream(EXTEND, arguments)).forEach(id -> lost.add(EventId.parse(Replies.text(id))));
        return lost;
    }

    /** Lets anybody claim these at once. */
    void release(List<Release> releases) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(sink, consumer, ackDeadline.toMillis()));
        releases.forEach(release -> {
            arguments.add(release.id());
            arguments.add(release.deliveries());
        });
        onStream(RELEASE, arguments);
    }

    /** Takes over up to {@code count} entries that nobody extended in time. */
    Claims claim(int count) throws InterruptedException {
        long deadline = ackDeadline.toMillis();
        List<@Nullable Object> reply =
                Replies.list(onStream(CLAIM, List.of(sink, consumer, deadline, count, options.maxDeliveries())));
        List<Claimed> claimed = claimed(reply);
        long next = Replies.number(reply.get(3));
        return new Claims(claimed, next < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(next)));
    }

    /**
     * Takes over what is pending on others, in order and however fresh.
     *
     * @param action is given each page
     */
    void takeOver(Consumer<List<Claimed>> action) throws InterruptedException {
        String after = "-";
        do {
            List<@Nullable Object> reply = Replies.list(
                    onStream(TAKE_OVER, List.of(sink, consumer, after, TAKE_OVER_PAGE, options.maxDeliveries())));
            action.accept(claimed(reply));
            after = Replies.text(reply.get(3));
        } while (!after.isEmpty());
    }

    private List<Claimed> claimed(List<@Nullable Object> reply) {
        List<@Nullable Object> entries = Replies.list(reply.get(0));
        List<@Nullable Object> deliveries = Replies.list(reply.get(1));
        List<Claimed> claimed = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            claimed.add(new Claimed(Replies.list(entries.get(i)), Replies.number(deliveries.get(i))));
        }
        for (Object gone : Replies.list(reply.get(2))) {
            gone(EventId.parse(Replies.text(gone)));
        }
        return claimed;
    }

    /** An entry was trimmed or deleted before it was handled: counted by its log line and its event. */
    void gone(EventId id) {
        dropped(id, "trimmed or deleted from the stream before it was acknowledged");
    }

    /** Reports an entry that will not be handled. */
    void dropped(EventId id, String cause) {
        counters.dropped.increment();
        LOG.warn("stream={} sink={} event={} state=dropped cause=\"{}\"", incarnation.stream(), sink, id, cause);
        signals.emit(new PulseEvent.EntryDropped(incarnation.stream(), id.toString(), cause));
    }

    /** Reports that the stream's incarnation is over. */
    void reportDestroyed() {
        record.reportDestroyed(LOG, signals);
    }

    /** Lag, pending and the oldest pending one's age in ms, each -1 when Redis does not know; none without a group. */
    List<Long> figures() throws InterruptedException {
        return Replies.list(onStream(FIGURES, List.of(sink))).stream()
                .map(Replies::number)
                .toList();
    }

    /** Takes or renews the lease of the sink, for as long as an ack deadline; see {@link ExclusiveLease#take}. */
    Duration take(ExclusiveLease lease) throws InterruptedException {
        return lease.take(redis, ackDeadline);
    }

    /** Gives the lease of the sink up. */
    void end(ExclusiveLease lease) throws InterruptedException {
        lease.end(redis);
    }

    /** Moves one that is ours to the dead letters; see {@link DeadStream#bury}. */
    DeadStream.Buried bury(EventId id, List<byte[]> headers, List<byte[]> fields) throws InterruptedException {
        return dead.bury(incarnation, sink, consumer, id, headers, fields);
    }

    /** Reports an event that stands among the dead letters now. */
    void deadLettered(EventId id, String cause) {
        counters.dead.increment();
        LOG.warn("stream={} sink={} event={} state=dead-lettered cause=\"{}\"", incarnation.stream(), sink, id, cause);
        signals.emit(new PulseEvent.DeadLettered(incarnation.stream(), sink, id.toString(), cause));
    }

    /** Reports an event whose ack deadline passed while it was held here. */
    void leaseLost(EventId id) {
        counters.lostLeases.increment();
        LOG.warn("stream={} sink={} event={} state=lease-lost", incarnation.stream(), sink, id);
        signals.emit(new PulseEvent.LeaseLost(incarnation.stream(), sink, id.toString()));
    }

    /** Reports an event that was worked on for too long. */
    void tookTooLong(EventId id, Duration longest) {
        counters.lostLeases.increment();
        LOG.warn(
                "stream={} sink={} event={} state=released cause=\"worked on for more than {}\"",
                incarnation.stream(),
                sink,
                id,
                longest);
        signals.emit(new PulseEvent.LeaseLost(incarnation.stream(), sink, id.toString()));
    }

    /** Removes this consumer, unless something is pending on it. Returns whether it is gone. */
    boolean leave() throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(sink, consumer));
        maps.forEach(map -> arguments.add(map.channel()));
        return Replies.number(redis.eval(LEAVE, streamAndMaps(), arguments)) == 0;
    }

    /** Removes other consumers that are gone and on which nothing is pending. */
    void sweep(Duration silence) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(sink, consumer, silence.toMillis()));
        maps.forEach(map -> arguments.add(map.channel()));
        for (Object removed : Replies.list(redis.eval(SWEEP, streamAndMaps(), arguments))) {
            LOG.info("stream={} sink={} consumer={} state=swept", incarnation.stream(), sink, Replies.text(removed));
        }
    }

    /** Writes down the id before which nothing is pending. */
    void saveCursor() throws InterruptedException {
        String cursor = Replies.text(redis.eval(
                CURSOR,
                List.of(
                        incarnation.physical(),
                        incarnation.keys().recovery(),
                        incarnation.keys().lifecycle()),
                List.of(sink, incarnation.number())));
        if (!cursor.isEmpty()) {
            beginAfter = cursor;
        }
    }

    private List<Object> streamAndMaps() {
        List<Object> keys = new ArrayList<>();
        keys.add(incarnation.physical());
        maps.forEach(map -> keys.add(map.content()));
        return keys;
    }

    private @Nullable Object onStream(Script script, List<?> arguments) throws InterruptedException {
        return redis.eval(script, List.of(incarnation.physical()), arguments);
    }
}
