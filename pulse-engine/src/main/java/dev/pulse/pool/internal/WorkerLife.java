package dev.pulse.pool.internal;

import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.task.Watchdog;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A worker under one id, from its join until it has left, or has lost its lease and stopped its handlers. The watchdog sees to
 * it that it stops in time. Thread-safe.
 */
final class WorkerLife implements Watchdog.Watched {
    /** How far it is. */
    private enum State {
        /** It takes jobs, and works. */
        JOINED,
        /** It is no part of the ring, or about to be none, and gives away what it has. */
        LEAVING,
        /** Redis lost its pool: its handlers go on, and it tells nothing until another life of it has said what they run. */
        LOST,
        /** It has lost its lease, or is about to: it stops everything, and tells Redis nothing. */
        FENCED,
        /** Nothing is done under its id any more. */
        OVER
    }

    private final NodeWork node;
    private final WorkerReports reports;
    private final PoolIncarnation pool;
    private final String id;
    private final LeaseClock clock;
    private final Room room;
    /** Told once, quickly, that it has lost its lease. */
    private final Consumer<WorkerLife> fenced;

    private final JobSteps steps;
    private final HandlerCalls calls;
    private final Moving moving;
    private final Comparing comparing;
    private final EndedJobs ended = new EndedJobs();
    private final Map<String, JobHandle> own = new ConcurrentHashMap<>();
    private final WorkerInbox inbox;
    private final AtomicReference<State> state = new AtomicReference<>(State.JOINED);
    private volatile long interruptAt;
    private volatile boolean cut;
    private volatile long beats;
    private volatile long known;
    private volatile Sizes sizes = new Sizes(0, 0, 0);

    WorkerLife(
            NodeWork node,
            WorkerReports reports,
            PoolIncarnation pool,
            String id,
            LeaseClock clock,
            Room room,
            Function<WorkerLife, JobSteps> steps,
            Consumer<WorkerLife> fenced) {
        this.node = node;
        this.reports = reports;
        this.pool = pool;
        this.id = id;
        this.clock = clock;
        this.room = room;
        this.fenced = fenced;
        this.steps = steps.apply(this);
        this.calls = new HandlerCalls(this);
        this.moving = new Moving(this);
        this.comparing = new Comparing(this);
        this.inbox = new WorkerInbox(this, node);
    }

    /** Begins to take what comes; it is a member by now. */
    void begin() throws InterruptedException {
        Watchdog.add(this);
        node.inboxes().add(this);
    }

    String id() {
        return id;
    }

    PoolIncarnation pool() {
        return pool;
    }

    WorkerInbox inbox() {
        return inbox;
    }

    String threadName(String duty) {
        return "pool " + node.pool() + " " + duty;
    }

    JobSteps steps() {
        return steps;
    }

    HandlerCalls calls() {
        return calls;
    }

    Moving moving() {
        return moving;
    }

    Room room() {
        return room;
    }

    SeenRequests seen() {
        return node.seen();
    }

    WorkerReports reports() {
        return reports;
    }

    /** Whether it may still say something under its id. */
    boolean isAtWork() {
        State now = state.get();
        return now == State.JOINED || now == State.LEAVING;
    }

    /** Whether Redis lost its pool, and its handlers go on. */
    boolean isPoolLost() {
        return state.get() == State.LOST;
    }

    boolean isLeaving() {
        return state.get() == State.LEAVING;
    }

    /** Whether nobody else can have what it has, by the local clock. */
    boolean isLeased() {
        return clock.isLeased(System.nanoTime());
    }

    /** Where it stands in the newest ring that is known; less than 0 when nowhere. */
    int slot() {
        return pool.ring().slots().indexOf(id);
    }

    /** Whether a key belongs to it, by the newest ring that is known. */
    boolean isOwner(String key) {
        return !isLeaving() && pool.ring().ownerOf(key).filter(id::equals).isPresent();
    }

    /** The jobs it has, as they come. */
    Collection<JobHandle> jobs() {
        return own.values();
    }

    /** The one of this key, if it has it. */
    @Nullable
    JobHandle job(String key) {
        return own.get(key);
    }

    Set<String> keys() {
        return Set.copyOf(own.keySet());
    }

    /** It has this job from now on. */
    void own(JobHandle job) {
        own.put(job.key(), job);
        if (!isAtWork()) {
            job.work().end(job, End.FENCE);
        }
    }

    /** It has this job from now on, which a former life has begun; false when nothing of that runs any more. */
    boolean adopt(JobHandle job) {
        WorkerLife before = job.life();
        if (!job.work().adopt(job, this)) {
            return false;
        }
        before.own.remove(job.key(), job);
        own(job);
        return true;
    }

    /** It has this job no more, and nothing of it runs. */
    void disown(JobHandle job) {
        own.remove(job.key(), job);
        moving.stopped(job);
        job.work().over(job);
    }

    /** The ring is another. */
    void ringChanged() {
        if (isAtWork()) {
            moving.look();
        }
    }

    /** The pool is not what it was: whoever beats finds out. */
    void poolGone() {
        node.wake();
    }

    /** The number of its next beat. */
    long seq() {
        beats++;
        return beats;
    }

    /** The number of the last beat that was answered; 0 before the first. */
    long knownSeq() {
        return known;
    }

    /** Whether it reads what it gets, so that its lease may be renewed; asked when it is time to. */
    boolean reads() {
        if (!isAtWork()) {
            return false;
        }
        boolean reads = node.inboxes().isRead(this, pool.settings().lease().dividedBy(2));
        if (!reads) {
            clock.leaveOut();
        }
        return reads;
    }

    /** Redis is asked to renew its lease. */
    void renewalAsked(long now) {
        clock.ask(now);
    }

    /** Redis has renewed its lease, as it was asked to at this moment, by {@link System#nanoTime}. */
    void beaten(long sentAt, Duration lease) {
        known = beats;
        if (isAtWork()) {
            clock.renew(sentAt, lease, pool.settings().stopTimeout());
            Watchdog.lookBy(System.nanoTime() + clock.untilFence(System.nanoTime()));
        }
    }

    /** Redis says how many jobs it has. When that differs, and stays so while nothing goes on, something was passed over. */
    void ownedSize(long size) {
        Sizes now = new Sizes(size, own.size(), inbox.greatestToken());
        if (now.redis != now.here && now.equals(sizes)) {
            compare();
        }
        sizes = now;
    }

    /**
     * What is compared.
     *
     * @param redis how many jobs it has as Redis knows it
     * @param here how many it has as is known here
     * @param token the greatest it has read
     */
    private record Sizes(long redis, long here, long token) {}

    /** Redis fell back to an older state. */
    void rolledBack() {
        reports().rolledBack(id, own.size());
        compare();
    }

    /** Redis may have fallen back to an older state: what it has is looked through, and compared. */
    void compare() {
        node.inboxes().readAgain(this);
        comparing.begin();
    }

    EndedJobs ended() {
        return ended;
    }

    /** Redis says that its lease is over. */
    void lost() {
        long now = System.nanoTime();
        String cause = clock.untilFence(now) <= 0
                ? clock.whyNotRenewed(now)
                : "Redis says that it is over, though it was renewed in time";
        clock.end(now);
        fence(cause);
    }

    /** Redis lost its pool. */
    void poolLost() {
        if (state.compareAndSet(State.JOINED, State.LOST)) {
            node.inboxes().remove(this);
            fenced.accept(this);
        } else {
            fence("Redis lost the pool while it left");
        }
    }

    /** Looks whether it is time to stop; whether it was. */
    boolean fenceIfDue() {
        long now = System.nanoTime();
        if ((isAtWork() || isPoolLost()) && clock.untilFence(now) <= 0) {
            fence(clock.whyNotRenewed(now));
        }
        return !isAtWork();
    }

    /** Takes nothing more, and has all handlers stop. */
    void fence(String cause) {
        State before = state.getAndUpdate(now -> now == State.OVER ? now : State.FENCED);
        if (before == State.OVER || before == State.FENCED) {
            return;
        }
        interruptAt = clock.interruptAt(System.nanoTime());
        reports().lost(id, own.size(), cause);
        node.inboxes().remove(this);
        for (JobHandle job : own.values()) {
            job.work().end(job, End.FENCE);
            // its thread may wait for an answer of Redis for longer than its handler may go on
            job.work().interruptQuestion(this);
        }
        Watchdog.lookBy(interruptAt);
        if (before != State.LOST) {
            fenced.accept(this);
        }
    }

    @Override
    public long look(long now) {
        fenceIfDue();
        long next = calls.look(now);
        if (state.get() == State.OVER && calls.isIdle()) {
            Watchdog.remove(this);
        }
        if (isAtWork() || isPoolLost()) {
            return Math.min(next, clock.untilFence(now));
        }
        if (!cut && state.get() == State.FENCED) {
            if (now - interruptAt >= 0) {
                cut();
            } else {
                next = Math.min(next, interruptAt - now);
            }
        }
        return next;
    }

    /** It takes nothing more, and gives away what it has. */
    void leave() {
        state.compareAndSet(State.JOINED, State.LEAVING);
        moving.look();
    }

    /** Has all that still runs stop at once: interrupts all handlers, and those that are called from now on. */
    void cut() {
        cut = true;
        calls.interruptDeliveries();
        for (JobHandle job : own.values()) {
            if (isLeaving() && job.phase() == JobHandle.Phase.AT_WORK) {
                // that interrupts it, and once is enough
                job.work().end(job, End.MOVE);
                continue;
            }
            if (isLeaving()) {
                job.work().end(job, End.MOVE);
            }
            // also what a former life of the worker has called, whose jobs it has adopted
            job.work().interrupt(this);
        }
    }

    boolean isCut() {
        return cut;
    }

    /** Nothing is done under its id any more; handlers that hang go on doing so. */
    void over() {
        state.set(State.OVER);
        node.inboxes().remove(this);
        for (JobHandle job : own.values()) {
            if (job.phase() == JobHandle.Phase.MOVING) {
                disown(job);
            } else {
                job.work().end(job, End.FENCE);
                // what asks Redis for it looks up
                job.work().interrupt(this);
            }
        }
        // the watchdog leaves it when no call is under way
        Watchdog.lookBy(System.nanoTime());
    }

    /** Whether nothing of it runs, and it has no job. */
    boolean isEmpty() {
        return own.isEmpty() && calls.isIdle();
    }
}
