package dev.pulse.pool.internal;

import dev.pulse.CloseResult;
import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerFigures;
import dev.pulse.redis.Redis;
import dev.pulse.task.Backoff;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One worker as its user sees it: one life after another, of which each but the last lost its lease. */
final class WorkerHandle implements Worker, Closing {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(1);

    private final NodeWork node;
    private final Supplier<PoolIncarnation> pools;
    private final Function<WorkerLife, JobSteps> steps;
    private final Duration handOver;
    private final Consumer<WorkerHandle> ended;
    private final WorkerReports reports;
    private final Room room;
    private final ReentrantLock lock = new ReentrantLock();
    /* written under the lock */
    private volatile @Nullable WorkerLife life;
    private volatile boolean stopped;
    private volatile @Nullable Thread rejoining;

    /**
     * Is no member yet.
     *
     * @param pools the incarnation that is known to be the newest
     * @param steps what each of its lives does with jobs
     * @param maxJobs how many run at once
     * @param handOver how long closing drains when nothing else is said
     * @param ended told when nothing is done in its name any more
     */
    WorkerHandle(
            NodeWork node,
            Supplier<PoolIncarnation> pools,
            Function<WorkerLife, JobSteps> steps,
            int maxJobs,
            Duration handOver,
            Consumer<WorkerHandle> ended) {
        this.node = node;
        this.pools = pools;
        this.steps = steps;
        this.handOver = handOver;
        this.ended = ended;
        this.reports = new WorkerReports(node.pool(), node.signals());
        this.room = new Room(maxJobs);
    }

    /** Becomes a member for the first time; false when the incarnation is gone, so that another is to be found. */
    boolean join(Redis call) throws InterruptedException {
        Joining joining = new Joining(node, pools.get(), "", OptionalInt.empty());
        Optional<LeaseClock> clock = joining.join(call);
        return clock.isPresent() && begin(newLife(joining, clock.get()), "");
    }

    private WorkerLife newLife(Joining joining, LeaseClock clock) {
        return new WorkerLife(node, reports, joining.pool(), joining.id(), clock, room, steps, this::fenced);
    }

    private boolean begin(WorkerLife next, String replaced) throws InterruptedException {
        lock.lock();
        try {
            if (!stopped) {
                life = next;
            }
        } finally {
            lock.unlock();
        }
        if (life != next) {
            // closed meanwhile, and nobody else knows that it has joined; the interrupt said just that
            Thread.interrupted();
            next.begin();
            new Leaving(next).leave(System.nanoTime());
            return false;
        }
        reports.joined(next.id(), replaced);
        next.begin();
        return true;
    }

    /** The life for which is to be beaten; empty while there is none. */
    Optional<WorkerLife> beating() {
        return Optional.ofNullable(life).filter(WorkerLife::isAtWork);
    }

    /** The ring is another. */
    void ringChanged() {
        beating().ifPresent(WorkerLife::ringChanged);
    }

    /** This is the pool's incarnation: where the worker is a member of an older one, Redis lost that. */
    void poolIs(PoolIncarnation present) {
        // whoever tells may not know yet that there is a newer one
        beating().filter(known -> known.pool().g() < present.g()).ifPresent(WorkerLife::poolLost);
    }

    /** The pool was shut down, and nothing under this id means anything any more. */
    void poolEnded() {
        beating().ifPresent(known -> known.fence("the pool was shut down"));
    }

    private void fenced(WorkerLife over) {
        lock.lock();
        try {
            if (!stopped && life == over) {
                rejoining = Tasks.start("pool " + node.pool() + " rejoin", () -> rejoin(over));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Joins in the place of a worker that lost its lease, as soon as nothing of that runs, or others have its jobs. */
    private void rejoin(WorkerLife before) {
        Backoff backoff = Settling.backoff();
        Joining joining = null;
        try {
            while (!stopped) {
                try {
                    PoolIncarnation pool = pools.get();
                    if (joining == null || joining.pool() != pool) {
                        joining = before.isPoolLost()
                                ? new Joining(node, pool, "", OptionalInt.of(before.slot()))
                                : new Joining(node, pool, awaitRoomFor(before, pool), OptionalInt.empty());
                    }
                    Optional<LeaseClock> clock = joining.join(pool.redis());
                    if (clock.isPresent()) {
                        succeed(before, joining, clock.get());
                        return;
                    }
                    joining = null;
                    node.wake();
                } catch (PoolShutDownException e) {
                    return;
                } catch (PulseException e) {
                    reports.unsettled(before.id(), e);
                }
                Tasks.sleep(backoff.next());
            }
        } catch (InterruptedException e) {
            // it is closed: the thread ends
            Thread.currentThread().interrupt();
        }
    }

    private void succeed(WorkerLife before, Joining joining, LeaseClock clock) throws InterruptedException {
        WorkerLife next = newLife(joining, clock);
        try {
            // first, so that its lease is renewed meanwhile
            if (begin(next, before.id()) && before.isPoolLost()) {
                new Reasserting(next).takeOver(before);
            }
        } finally {
            before.over();
        }
    }

    /**
     * Waits until nothing of the former life runs, or others have all its jobs.
     *
     * @return whom the next one replaces; empty for nobody
     */
    private String awaitRoomFor(WorkerLife before, PoolIncarnation pool) throws InterruptedException {
        long askedAt = System.nanoTime();
        while (!before.isEmpty()) {
            if (System.nanoTime() - askedAt >= BETWEEN_QUESTIONS.toNanos()) {
                askedAt = System.nanoTime();
                if (isSwept(before, pool)) {
                    return "";
                }
            }
            Tasks.sleep(LOOK_AGAIN);
        }
        return before.pool() == pool ? before.id() : "";
    }

    private static boolean isSwept(WorkerLife before, PoolIncarnation pool) throws InterruptedException {
        MemberScripts.Swept swept =
                pool.members().sweepBegin(pool.redis(), before.id(), pool.ring().leftBy(before.id()));
        if (swept instanceof RingChanged changed) {
            pool.learn(changed);
        } else if (swept instanceof MemberScripts.OutOfRing out) {
            pool.learn(Ring.parse(out.ringVersion(), out.slots()));
        }
        return swept instanceof MemberScripts.NoSuchWorker;
    }

    private WorkerLife require() {
        WorkerLife known = life;
        if (known == null) {
            throw new IllegalStateException("the worker has not joined");
        }
        return known;
    }

    @Override
    public String id() {
        return require().id();
    }

    @Override
    public Set<String> keys() {
        return require().keys();
    }

    @Override
    public boolean isLeased() {
        WorkerLife known = require();
        return known.isAtWork() && known.isLeased();
    }

    @Override
    public WorkerFigures figures() {
        WorkerLife known = require();
        Collection<JobHandle> jobs = known.jobs();
        int waiting = (int) jobs.stream()
                .filter(job -> job.phase() == JobHandle.Phase.ASSIGNED)
                .count();
        return new WorkerFigures(
                jobs.size(),
                waiting,
                reports.hanging(),
                reports.started.sum(),
                reports.attempts.sum(),
                reports.done.sum(),
                reports.failedAttempts.sum(),
                reports.dead.sum(),
                reports.failedStarts.sum(),
                reports.failedStops.sum(),
                reports.failedNotes.sum(),
                reports.failedMessages.sum(),
                reports.dropped.sum(),
                reports.lostLeases.sum());
    }

    @Override
    public boolean isCalledFromHandler() {
        return node.keys().isCurrentThread();
    }

    @Override
    public void stop() {
        Thread joins;
        lock.lock();
        try {
            stopped = true;
            joins = rejoining;
        } finally {
            lock.unlock();
        }
        if (joins != null) {
            joins.interrupt();
        }
    }

    @Override
    public CloseResult close(Duration drain) {
        long deadline = Deadlines.after(drain);
        stop();
        if (isCalledFromHandler()) {
            // two handlers that close would wait for each other
            Tasks.start("pool " + node.pool() + " close", () -> close(deadline));
            return CloseResult.drained();
        }
        return close(deadline);
    }

    @Override
    public void close() {
        close(handOver);
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        WorkerLife known = life;
        CloseResult result = known == null ? CloseResult.drained() : new Leaving(known).leave(deadline);
        Thread joins = rejoining;
        if (joins != null) {
            Deadlines.hardPhase(end -> Tasks.join(joins, end));
        }
        reports.close();
        ended.accept(this);
        return result;
    }
}
