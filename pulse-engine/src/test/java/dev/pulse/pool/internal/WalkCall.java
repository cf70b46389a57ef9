package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.RedisImage.NONE;

import dev.pulse.pool.internal.MemberScripts.Joining;
import dev.pulse.pool.internal.MemberScripts.RingChange;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.redis.Redis;
import dev.pulse.task.Signals;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A call of a script, with all that its caller knew when it sent it: it may reach Redis much later, or twice. Workers,
 * keys and dispatches are numbers; {@link RedisImage#NONE} is none.
 *
 * @param ringVersion what the caller thought it was
 * @param target the owner that the caller computed; of a joining worker, the one that it replaces
 * @param slots the ring that the caller wants
 * @param flag of a joining worker, whether handlers run that it will re-assert; of a re-assertion, whether it is the last;
 *     of what failed to start, whether it had started before
 * @param attempt of a task that is re-asserted; of one that is dispatched, how many it has
 */
record WalkCall(
        Script script,
        int worker,
        int key,
        int token,
        int dispatch,
        long ringVersion,
        int target,
        String slots,
        boolean flag,
        int attempt) {
    /** Stands for {@code slots} of a re-assertion of what is being stopped for good. */
    static final String STOPPING = "stopping";
    /** Stands for {@code slots} of a task that is to run again, without a failure. */
    static final String AGAIN = "again";
    /** Stands for {@code slots} of a task that has no attempt left. */
    static final String SPENT = "spent";
    /** Stands for {@code slots} of a task that failed. */
    static final String FAILED = "failed";

    enum Script {
        ADMIT,
        ASK,
        STOP,
        STARTED,
        BEGIN,
        FINISH,
        RETRY,
        DROP,
        FAIL,
        LATER,
        STOPPED,
        MOVE,
        SWEEP_STEP,
        PLACE,
        JOIN,
        LEAVE_BEGIN,
        LEAVE_END,
        SWEEP_BEGIN,
        SWEEP_END,
        FORWARD,
        REASSERT,
        BEAT
    }

    /** What a worker says of a job that it holds. */
    static WalkCall ofOwner(Script script, int worker, int key, int token, int dispatch) {
        return ofOwner(script, worker, key, token, dispatch, "");
    }

    /** The same, which says something more. */
    static WalkCall ofOwner(Script script, int worker, int key, int token, int dispatch, String how) {
        return new WalkCall(script, worker, key, token, dispatch, 0, NONE, how, false, 0);
    }

    /** A job that is to get another owner. */
    static WalkCall ofPlace(Script script, int worker, int key, RedisImage.Job job, RedisImage known, int target) {
        return new WalkCall(
                script, worker, key, job.token(), job.dispatch(), known.ringVersion(), target, "", false, 0);
    }

    /** A worker that comes or goes. */
    static WalkCall ofMember(Script script, int worker, RedisImage known, int replaces, String slots, boolean flag) {
        return new WalkCall(script, worker, NONE, 0, NONE, known.ringVersion(), replaces, slots, flag, 0);
    }

    @Override
    public String toString() {
        return script
                + Stream.of(named(" w", worker), named(" k", key), token > 0 ? " t" + token : "", named(" d", dispatch))
                        .reduce("", String::concat)
                + named(script == Script.JOIN ? " for w" : " to w", target)
                + (slots.isEmpty() ? "" : " [" + slots + "]");
    }

    private static String named(String kind, int number) {
        return number == NONE ? "" : kind + number;
    }

    private static String worker(int number) {
        return number == NONE ? "" : "w" + number;
    }

    /** The bindings of all scripts. */
    static final class Bindings {
        private final Redis redis;
        private final JobScripts jobs;
        private final ReachScripts reach;
        private final OwnerScripts owners;
        private final PlacementScripts placement;
        private final MemberScripts members;
        private final MessageScripts messages;
        private final PoolKeys keys;
        private final DeadJobs deadJobs;

        Bindings(Redis redis, PoolKeys keys) {
            this.redis = redis;
            jobs = new JobScripts(keys);
            reach = new ReachScripts(keys);
            owners = new OwnerScripts(keys);
            placement = new PlacementScripts(keys);
            members = new MemberScripts(keys);
            messages = new MessageScripts(keys);
            this.keys = keys;
            deadJobs = new DeadJobs(redis, "walk", new Signals(event -> {}));
        }
    }

    /**
     * Runs the script.
     *
     * @param image what stands in Redis
     * @return the word it answered
     */
    String run(Bindings on, RedisImage image) throws InterruptedException {
        Redis redis = on.redis;
        String key = "k" + this.key;
        String id = "d" + dispatch;
        Held held = new Held(worker(worker), key, token, id, "");
        return switch (script) {
            case ADMIT -> word(on.jobs.admit(redis, ringVersion, worker(target), "", request(key, id)));
            case ASK ->
                switch (on.jobs.ask(redis, key, id)) {
                    case JobScripts.Record job -> job.state();
                    case JobScripts.Outcome outcome -> outcome.state();
                    case JobScripts.Known other -> word(other);
                };
            case STOP -> word(on.reach.stop(redis, ScriptPool.stopOf(key, worker(target), id, "", "r", "", "")));
            case STARTED -> on.owners.started(redis, held, startEntry(image)).name();
            case BEGIN ->
                switch (on.owners.begin(redis, held, startEntry(image), 2, true)) {
                    case OwnerScripts.Attempt counted -> "ATTEMPT " + counted.number();
                    case OwnerScripts.NotBegun not -> not.name();
                };
            case FINISH ->
                on.owners
                        .finish(redis, held, ScriptPool.bytes("r"), entries(image))
                        .name();
            case RETRY -> on.reach.retry(redis, key, id, "r", "").name();
            case DROP ->
                on.deadJobs
                        .drop(on.keys, List.of(new PoolReads.JobSeen(key, id, "dead", "", 0, "")))
                        .toString();
            case FAIL -> on.owners.fail(redis, held, "threw", entries(image)).name();
            case LATER ->
                on.owners.later(redis, held, failure(), "", entries(image)).name();
            case STOPPED ->
                on.owners.stopped(redis, held, List.of(), entries(image)).name();
            case MOVE -> word(on.placement.move(redis, ringVersion, worker(worker), List.of(moving(key, id, image))));
            case SWEEP_STEP ->
                word(on.placement.sweepStep(redis, ringVersion, worker(worker), List.of(moving(key, id, image))));
            case PLACE ->
                word(on.placement.place(
                        redis, ringVersion, List.of(new PlacementScripts.Placing(key, id, "", worker(target)))));
            case JOIN ->
                word(on.members.join(redis, new Joining(worker(worker), worker(target), "node", flag), change()));
            case LEAVE_BEGIN -> word(on.members.leaveBegin(redis, worker(worker), change()));
            case LEAVE_END -> on.members.leaveEnd(redis, worker(worker)).name();
            case SWEEP_BEGIN -> word(on.members.sweepBegin(redis, worker(worker), change()));
            case SWEEP_END -> on.members.sweepEnd(redis, worker(worker)).name();
            case FORWARD -> word(on.messages.forward(redis, ringVersion, worker(worker), leaving(image)));
            case REASSERT -> word(on.owners.reassert(redis, worker(worker), running(key, id), flag));
            case BEAT ->
                word(on.members.beat(
                        redis,
                        "",
                        worker == NONE ? List.of() : List.of(new MemberScripts.Pulsing(worker(worker), 0, 0))));
        };
    }

    private JobScripts.Request request(String key, String id) {
        return ScriptPool.job(
                key, id, "digest of " + key, ScriptPool.bytes("p"), "", Math.max(1, attempt), Duration.ZERO, false);
    }

    private OwnerScripts.Failure failure() {
        return switch (slots) {
            case AGAIN -> new OwnerScripts.Failure(Duration.ZERO, "", OwnerScripts.Count.TAKEN_BACK, 2);
            case SPENT -> new OwnerScripts.Failure(Duration.ZERO, "lost", OwnerScripts.Count.KEPT, 0);
            case FAILED -> new OwnerScripts.Failure(Duration.ZERO, "threw", OwnerScripts.Count.KEPT, 2);
            default -> new OwnerScripts.Failure(Duration.ZERO, "threw", OwnerScripts.Count.ADDED, 99);
        };
    }

    private RingChange change() {
        // whom to tell does not matter here: everybody looks at the ring in each step
        return new RingChange(ringVersion, slots, List.of());
    }

    private String startEntry(RedisImage image) {
        RedisImage.Entry entry = image.entry(worker, 's', key, token);
        return entry == null ? "" : entry.id();
    }

    private List<String> entries(RedisImage image) {
        return image.inbox(worker).stream()
                .filter(entry -> entry.key() == key && entry.token() == token)
                .map(RedisImage.Entry::id)
                .toList();
    }

    private PlacementScripts.Moving moving(String key, String id, RedisImage image) {
        return new PlacementScripts.Moving(key, id, token, startEntry(image), "", worker(target));
    }

    private List<MessageScripts.Leaving> leaving(RedisImage image) {
        return image.inbox(worker).stream()
                .map(entry -> new MessageScripts.Leaving(entry.id(), "k" + entry.key(), ""))
                .toList();
    }

    private List<OwnerScripts.Running> running(String key, String id) {
        return this.key == NONE
                ? List.of()
                : List.of(new OwnerScripts.Running(
                        key,
                        token,
                        id,
                        ScriptPool.bytes("p"),
                        slots.equals(STOPPING),
                        1,
                        attempt > 0 ? 2 : 1,
                        attempt));
    }

    /** The word for a result: what became of the only job, or the name of the result's type. */
    private static String word(Object result) {
        return switch (result) {
            case PlacementScripts.Placed placed ->
                placed.jobs().getFirst().kind().name();
            case OwnerScripts.Reasserted reasserted ->
                reasserted.jobs().isEmpty()
                        ? "OK"
                        : reasserted.jobs().getFirst().name();
            default -> result.getClass().getSimpleName().toUpperCase(Locale.ROOT);
        };
    }
}
