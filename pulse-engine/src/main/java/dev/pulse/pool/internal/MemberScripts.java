package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.unknown;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.redis.ScriptRunner;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How workers come, stay and go, and nodes keep themselves known. Where the ring changes, the caller names the ring it
 * knows, the slots as they are to be, and all workers in them, so that each is told. Thread-safe.
 */
final class MemberScripts {
    private static final Script JOIN = PoolScript.repeatable("join");
    private static final Script BEAT = PoolScript.repeatable("beat");
    private static final Script LEAVE_BEGIN = PoolScript.repeatable("leave_begin");
    private static final Script LEAVE_END = PoolScript.repeatable("leave_end");
    private static final Script SWEEP_BEGIN = PoolScript.repeatable("sweep_begin");
    private static final Script SWEEP_END = PoolScript.repeatable("sweep_end");

    private final PoolKeys keys;

    MemberScripts(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * A change of the ring.
     *
     * @param version of the ring before it
     * @param slots after it: worker ids separated by commas, an empty one is a hole
     * @param others the workers in the slots, without the one that comes or goes
     */
    record RingChange(long version, String slots, List<String> others) {}

    /**
     * A worker that joins.
     *
     * @param replaces the worker of this node whose slot it takes; empty for none
     * @param node name of the node, for people
     * @param reasserts whether handlers of an earlier worker still run, which it will re-assert
     */
    record Joining(String worker, String replaces, String node, boolean reasserts) {}

    /** What became of a worker that joins. */
    sealed interface Joined permits Member, LeaseLost, RingChanged, Closing, Gone {}

    /**
     * It is live and in the ring.
     *
     * @param waiting how many jobs wait for a worker
     * @param onHold whether the pool is paused
     * @param recovering whether workers still say what they run after a loss of state
     * @param lease how long it has been given
     */
    record Member(long ringVersion, String slots, long waiting, boolean onHold, boolean recovering, Duration lease)
            implements Joined {}

    /** Makes a worker live and a part of the ring. */
    Joined join(Redis redis, Joining joining, RingChange change) throws InterruptedException {
        String worker = joining.worker();
        List<Object> names = new ArrayList<>(List.of(
                keys.meta(),
                keys.leases(),
                keys.gone(),
                keys.reasserting(),
                keys.worker(worker),
                keys.inbox(worker),
                keys.waiting()));
        change.others().forEach(other -> names.add(keys.inbox(other)));
        List<@Nullable Object> reply = Replies.list(redis.eval(
                JOIN,
                names,
                List.of(
                        worker,
                        change.version(),
                        change.slots(),
                        joining.replaces(),
                        joining.node(),
                        flag(joining.reasserts()))));
        return switch (word(reply)) {
            case "OK" ->
                new Member(
                        decimal(reply, 1),
                        text(reply, 2),
                        number(reply, 3),
                        flag(reply, 4),
                        flag(reply, 5),
                        Duration.ofMillis(number(reply, 6)));
            case "LOST" -> new LeaseLost();
            case "RING" -> RingChanged.of(reply, change.version());
            case "CLOSING" -> new Closing();
            case "GONE" -> new Gone();
            default -> throw unknown("join", reply);
        };
    }

    /**
     * A worker of the node that beats.
     *
     * @param beat number of this beat, greater than those before
     * @param known number of the last one whose reply came, or 0
     */
    record Pulsing(String worker, long beat, long known) {}

    /** What a beat found. */
    sealed interface Beat permits Alive, Gone {}

    /**
     * The pool as it is.
     *
     * @param closing whether it is being shut down
     * @param settingsVersion of the shared settings
     * @param firstLeaseEnds after which time the first lease of all workers ends
     * @param firstDue after which time the first due time comes
     * @param waiting how many jobs wait for a worker
     * @param onHold whether it is paused
     * @param recovering whether workers still say what they run after a loss of state
     * @param repliesMade whether the stream of replies had to be made: what was in it is lost
     * @param dropsDead whether there are dead jobs that are kept no longer
     * @param swept the workers whose jobs are being given to others
     * @param workers those of the node, in the order given
     */
    record Alive(
            boolean closing,
            long ringVersion,
            long settingsVersion,
            Duration lease,
            Optional<Duration> firstLeaseEnds,
            Optional<Duration> firstDue,
            long waiting,
            boolean onHold,
            boolean recovering,
            boolean repliesMade,
            boolean dropsDead,
            List<String> swept,
            List<Pulse> workers)
            implements Beat {
        /** Whether jobs are given to workers now. */
        boolean handsOut() {
            return !onHold && !recovering && !closing;
        }
    }

    /** A worker after the beat: its lease, and how many keys it owns. */
    record Pulse(Lease lease, long owned) {}

    /** What became of a lease. */
    enum Lease {
        OK,
        /** It has none any more: its handlers are to be stopped. */
        LOST,
        /** It is renewed, but Redis has an older state than it had. */
        ROLLBACK
    }

    /** The heartbeat of a node; {@code client} is where its replies go. */
    Beat beat(ScriptRunner redis, String client, List<Pulsing> workers) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(
                keys.meta(),
                keys.leases(),
                keys.gone(),
                keys.reasserting(),
                keys.waiting(),
                keys.due(),
                keys.dead(),
                keys.replies(client)));
        List<Object> arguments = new ArrayList<>();
        for (Pulsing worker : workers) {
            names.addAll(List.of(keys.worker(worker.worker()), keys.owned(worker.worker())));
            arguments.addAll(List.of(worker.worker(), worker.beat(), worker.known()));
        }
        List<@Nullable Object> reply = Replies.list(redis.eval(BEAT, names, arguments));
        if (word(reply).equals("GONE")) {
            return new Gone();
        }
        List<@Nullable Object> states = Replies.list(reply.get(13));
        List<Pulse> pulses = new ArrayList<>();
        for (int i = 0; i < states.size(); i += 2) {
            pulses.add(new Pulse(Lease.valueOf(text(states, i)), number(states, i + 1)));
        }
        return new Alive(
                !text(reply, 1).equals("open"),
                decimal(reply, 2),
                decimal(reply, 3),
                Duration.ofMillis(decimal(reply, 4)),
                duration(number(reply, 5)),
                duration(number(reply, 6)),
                number(reply, 7),
                flag(reply, 8),
                flag(reply, 9),
                flag(reply, 10),
                flag(reply, 11),
                Replies.list(reply.get(12)).stream().map(Replies::text).toList(),
                List.copyOf(pulses));
    }

    private static Optional<Duration> duration(long millis) {
        return millis < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
    }

    /** What became of a worker that leaves the ring. */
    sealed interface LeftRing permits OutOfRing, LeaseLost, RingChanged, Gone {}

    /** It is in the ring no more. */
    record OutOfRing(long ringVersion, String slots) implements LeftRing, Swept {}

    /** Takes a worker out of the ring, so that it gets nothing new. */
    LeftRing leaveBegin(Redis redis, String worker, RingChange change) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.leases(), keys.worker(worker)));
        change.others().forEach(other -> names.add(keys.inbox(other)));
        List<@Nullable Object> reply =
                Replies.list(redis.eval(LEAVE_BEGIN, names, List.of(worker, change.version(), change.slots())));
        return switch (word(reply)) {
            case "OK" -> new OutOfRing(decimal(reply, 1), text(reply, 2));
            case "LOST" -> new LeaseLost();
            case "RING" -> RingChanged.of(reply, change.version());
            case "GONE" -> new Gone();
            default -> throw unknown("leave_begin", reply);
        };
    }

    /** What became of a worker that is to end. */
    enum End {
        /** Nothing of it is left. */
        OK,
        /** It still has jobs or entries, or is in the ring. */
        NOTEMPTY,
        /** It has no lease any more, and is swept by others. */
        LOST,
        GONE
    }

    /** Ends a worker that left the ring and has given away all it had. */
    End leaveEnd(Redis redis, String worker) throws InterruptedException {
        return end(redis, LEAVE_END, keys.leases(), worker);
    }

    /** What became of a sweep that was to begin. */
    sealed interface Swept permits OutOfRing, NotYet, NoSuchWorker, RingChanged, Gone {}

    /** Its lease lasts that long, or those of the living could have ended for want of a Redis. */
    record NotYet(Duration time) implements Swept {}

    /** There is no such worker: it has left, or was swept to the end. */
    record NoSuchWorker() implements Swept {}

    /** Takes a worker whose lease ended out of the ring, so that others can take its jobs. */
    Swept sweepBegin(Redis redis, String worker, RingChange change) throws InterruptedException {
        List<Object> names = new ArrayList<>(List.of(keys.meta(), keys.leases(), keys.gone()));
        change.others().forEach(other -> names.add(keys.inbox(other)));
        List<@Nullable Object> reply =
                Replies.list(redis.eval(SWEEP_BEGIN, names, List.of(worker, change.version(), change.slots())));
        return switch (word(reply)) {
            case "OK" -> new OutOfRing(decimal(reply, 1), text(reply, 2));
            case "NOTYET" -> new NotYet(Duration.ofMillis(number(reply, 1)));
            case "UNKNOWN" -> new NoSuchWorker();
            case "RING" -> RingChanged.of(reply, change.version());
            case "GONE" -> new Gone();
            default -> throw unknown("sweep_begin", reply);
        };
    }

    /** Ends a worker that was swept. */
    End sweepEnd(Redis redis, String worker) throws InterruptedException {
        return end(redis, SWEEP_END, keys.gone(), worker);
    }

    private End end(Redis redis, Script script, String membership, String worker) throws InterruptedException {
        return End.valueOf(Replies.text(redis.eval(
                script,
                List.of(
                        keys.meta(),
                        membership,
                        keys.reasserting(),
                        keys.worker(worker),
                        keys.owned(worker),
                        keys.inbox(worker)),
                List.of(worker))));
    }
}
