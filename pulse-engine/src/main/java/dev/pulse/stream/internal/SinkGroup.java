package dev.pulse.stream.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is pending in the consumer group of one stream, as one consumer of it speaks of it to Redis. Thread-safe. */
final class SinkGroup {
    private static final Script EXTEND = Script.loadRepeatable("/dev/pulse/stream/sink_extend.lua");
    private static final Script ACK = Script.loadRepeatable("/dev/pulse/stream/sink_ack.lua");
    private static final Script RELEASE = Script.loadRepeatable("/dev/pulse/stream/sink_release.lua");
    private static final Script CLAIM = Script.load("/dev/pulse/stream/sink_claim.lua");
    private static final Script FIGURES = Script.loadRepeatable("/dev/pulse/stream/sink_figures.lua");
    private static final Script TAKE_OVER = Script.load("/dev/pulse/stream/sink_takeover.lua");

    private final Redis redis;
    private final Member member;
    private final Membership membership;
    private final SinkReports reports;
    private final int maxDeliveries;
    private final DeadStream dead;

    /** An entry that was handed out, and how often it was delivered before. */
    record Received(Object entry, long earlier) {
        EventId id() {
            return Entries.id(entry);
        }
    }

    /**
     * What a look for claims found.
     *
     * @param next when to look again; empty when nothing is pending
     */
    record Claims(List<Received> claimed, Optional<Duration> next) {}

    /**
     * A page of what others held.
     *
     * @param goOnAfter the id after which the next page begins; empty when this is the last
     */
    record TakenOver(List<Received> claimed, String goOnAfter) {}

    /** An event to be given back, and how many deliveries of it were begun. */
    record Release(EventId id, int deliveries) {}

    /** An event whose ack deadline begins anew, and how many deliveries of it Redis is to remember. */
    record Extension(EventId id, int deliveries) {}

    SinkGroup(Redis redis, Member member, Membership membership, SinkReports reports, int maxDeliveries) {
        this(
                redis,
                member,
                membership,
                reports,
                maxDeliveries,
                new DeadStream(redis, member.incarnation().keys().stream()));
    }

    private SinkGroup(
            Redis redis,
            Member member,
            Membership membership,
            SinkReports reports,
            int maxDeliveries,
            DeadStream dead) {
        this.redis = redis;
        this.member = member;
        this.membership = membership;
        this.reports = reports;
        this.maxDeliveries = maxDeliveries;
        this.dead = dead;
    }

    /** The same over the same connections with another command time-out. */
    SinkGroup withTimeout(Duration timeout) {
        return new SinkGroup(
                redis.withTimeout(timeout), member, membership, reports, maxDeliveries, dead.withTimeout(timeout));
    }

    Member member() {
        return member;
    }

    SinkReports reports() {
        return reports;
    }

    /** See {@link Membership#ackDeadline}. */
    Duration ackDeadline() {
        return membership.ackDeadline();
    }

    private String key() {
        return member.incarnation().physical();
    }

    /** Whether Redis said that the group, or the stream, is not there. */
    static boolean isGroupMissing(RedisReplyException e) {
        return e.code().equals("NOGROUP") || e.code().equals("UNBLOCKED");
    }

    /** Entries after this id that are pending on this consumer. */
    List<@Nullable Object> history(OwnedConnection connection, int count, EventId after) throws InterruptedException {
        Command command = Command.write("XREADGROUP")
                .arg("GROUP")
                .arg(member.sink())
                .arg(member.consumer())
                .arg("COUNT")
                .arg(count)
                .arg("STREAMS")
                .key(key())
                .arg(after.toString());
        return Replies.entriesOfOneStream(connection.call(command, Duration.ZERO));
    }

    /** How often Redis counts to have handed out what is pending on this consumer, between these two. */
    Map<EventId, Long> counts(EventId first, EventId last, int count) throws InterruptedException {
        Command command = Command.repeatable("XPENDING")
                .key(key())
                .arg(member.sink())
                .arg(first.toString())
                .arg(last.toString())
                .arg(count)
                .arg(member.consumer());
        Map<EventId, Long> counts = new HashMap<>();
        for (Object row : Replies.list(redis.call(command))) {
            List<@Nullable Object> pending = Replies.list(row);
            counts.put(EventId.parse(Replies.text(pending.get(0))), Replies.number(pending.get(3)));
        }
        return counts;
    }

    /** Acknowledges many at once, whoever holds them. */
    long ack(Collection<EventId> ids) throws InterruptedException {
        Command command = Command.repeatable("XACK").key(key()).arg(member.sink());
        ids.forEach(id -> command.arg(id.toString()));
        return Replies.number(redis.call(command));
    }

    /**
     * Acknowledges one that is ours for a while. What cannot be sent in that time, or has to be sent again, is done only
     * if it is ours then: it would take the event from whoever has claimed it meanwhile.
     *
     * @param oursUntil by {@link System#nanoTime}
     * @return whether it was acknowledged; not, when the first reply was lost and nobody knows whose it was
     */
    boolean ackOne(EventId id, long oursUntil) throws InterruptedException {
        long deadline = System.nanoTime() + redis.timeout().toNanos();
        try {
            Command command =
                    Command.write("XACK").key(key()).arg(member.sink()).arg(id.toString());
            return Replies.number(redis.until(oursUntil).call(command)) == 1;
        } catch (RedisUnavailableException | OutcomeUnknownException e) {
            Duration left = Polls.until(deadline);
            if (Thread.currentThread().isInterrupted() || left.isZero()) {
                throw e;
            }
            return withTimeout(left).ackIfOurs(id)
                    || (e instanceof OutcomeUnknownException
                            && !Polls.until(oursUntil).isZero());
        }
    }

    /** Acknowledges one only if it is still pending on this consumer. */
    boolean ackIfOurs(EventId id) throws InterruptedException {
        return Replies.number(onStream(ACK, List.of(member.sink(), member.consumer(), id))) == 1;
    }

    /** Begins the ack deadline of these anew. Returns those that are not ours any more. */
    Set<EventId> extend(Collection<Extension> extensions) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(List.of(member.sink(), member.consumer()));
        extensions.forEach(extension -> {
            arguments.add(extension.id());
            arguments.add(extension.deliveries());
        });
        Set<EventId> lost = new HashSet<>();
        Replies.list(onStream(EXTEND, arguments)).forEach(id -> lost.add(EventId.parse(Replies.text(id))));
        return lost;
    }

    /** Lets anybody claim these at once; reports those that are gone from the stream. */
    void release(List<Release> releases) throws InterruptedException {
        List<Object> arguments = new ArrayList<>(
                List.of(member.sink(), member.consumer(), ackDeadline().toMillis()));
        releases.forEach(release -> {
            arguments.add(release.id());
            arguments.add(release.deliveries());
        });
        for (Object gone : Replies.list(onStream(RELEASE, arguments))) {
            reports.gone(EventId.parse(Replies.text(gone)));
        }
    }

    /** Takes over up to {@code count} entries that nobody extended in time. */
    Claims claim(int count) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(onStream(
                CLAIM, List.of(member.sink(), member.consumer(), ackDeadline().toMillis(), count, maxDeliveries)));
        List<Received> claimed = claimed(reply);
        long next = Replies.number(reply.get(3));
        return new Claims(claimed, next < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(next)));
    }

    /**
     * Takes over what is pending on others, in order and however fresh.
     *
     * @param after the id after which to begin, or {@code -}
     * @param count how many pending entries to look at
     */
    TakenOver takeOver(String after, int count) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(
                onStream(TAKE_OVER, List.of(member.sink(), member.consumer(), after, count, maxDeliveries)));
        return new TakenOver(claimed(reply), Replies.text(reply.get(3)));
    }

    private List<Received> claimed(List<@Nullable Object> reply) {
        List<@Nullable Object> entries = Replies.list(reply.get(0));
        List<@Nullable Object> deliveries = Replies.list(reply.get(1));
        List<Received> claimed = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            claimed.add(new Received(Replies.list(entries.get(i)), Replies.number(deliveries.get(i))));
        }
        for (Object gone : Replies.list(reply.get(2))) {
            reports.gone(EventId.parse(Replies.text(gone)));
        }
        return claimed;
    }

    /**
     * Lag, pending, the oldest pending one's age in ms, and the ms between the durable cursor and the last one handed out;
     * each -1 when Redis does not know; none without a group.
     */
    List<Long> figures() throws InterruptedException {
        List<String> keys = List.of(key(), member.incarnation().keys().recovery());
        return Replies.list(redis.eval(FIGURES, keys, List.of(member.sink()))).stream()
                .map(Replies::number)
                .toList();
    }

    /** Moves one that is ours to the dead letters; see {@link DeadStream#bury}. */
    DeadStream.Buried bury(EventId id, List<byte[]> headers, List<byte[]> fields) throws InterruptedException {
        return dead.bury(member.incarnation(), member.sink(), member.consumer(), id, headers, fields);
    }

    private @Nullable Object onStream(Script script, List<?> arguments) throws InterruptedException {
        return redis.eval(script, List.of(key()), arguments);
    }
}
