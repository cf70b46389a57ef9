package dev.pulse.map.internal;

import dev.pulse.AccessDeniedException;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.map.MapChange;
import dev.pulse.map.MapOptions;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.wire.MapMessage;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The loop that keeps a replica equal to Redis: it applies what was published, takes a snapshot when that is needed, and
 * looks now and then whether it missed something. A change that finds it idle is applied by the thread that reads; nobody
 * else changes the replica.
 */
final class Replication<V> {
    private static final Duration UNSUBSCRIBED_REST = Duration.ofMinutes(1);
    private static final Duration BETWEEN_SNAPSHOTS = Duration.ofMillis(50);
    /** So that a stop is noticed, and a burst still is one turn. */
    private static final int BURST = 1_000;
    /** A change that is decoded so quickly that other maps can wait for it. */
    private static final int QUICK_BYTES = 4 * 1024;

    private final MapReplica<V> replica;
    private final Inbox inbox;
    private final Snapshots<V> snapshots;
    private final MapReports reports;
    private final Arrivals arrivals;
    private final CountDownLatch joined = new CountDownLatch(1);
    private final Loop loop;

    /** Who has it changes the replica and what is below: the loop, or the thread that reads, which never waits for it. */
    private final Semaphore mayWork = new Semaphore(1);

    private volatile @Nullable PulseException refusal;
    /** When the replica was last known to be equal to Redis. */
    private volatile long provenAt = System.nanoTime();
    /** When it was last compared with Redis, and equal, or taken from there. */
    private volatile long syncedAt = System.nanoTime();

    /* of who has the permit */
    private final Looks looks;
    private boolean subscribed;
    /** There was no snapshot since. */
    private boolean newlySubscribed;

    private long snapshotAt = System.nanoTime() - BETWEEN_SNAPSHOTS.toNanos();
    /* of the loop's thread */
    private Duration rest = Duration.ZERO;

    Replication(
            MapReplica<V> replica,
            Inbox inbox,
            Snapshots<V> snapshots,
            MapReports reports,
            Arrivals arrivals,
            MapOptions options,
            LoopSignal signal) {
        this.replica = replica;
        this.inbox = inbox;
        this.snapshots = snapshots;
        this.reports = reports;
        this.arrivals = arrivals;
        this.looks = new Looks(options);
        this.loop = Loop.start(signal, this::turn);
    }

    private void turn() throws InterruptedException {
        try {
            follow();
        } catch (AccessDeniedException | RedisReplyException e) {
            refused(e);
            throw e;
        }
    }

    /** Waiting does not help against this: whoever joins is told at once. */
    void refused(PulseException cause) {
        refusal = cause;
        joined.countDown();
    }

    /**
     * Takes what was published, by the thread that reads: applies it at once where that is quick and nothing is to come
     * before it, for each change of threads costs those who wait for it; else leaves it to the loop. It reads for all maps:
     * it never waits for one, neither for a codec of the user's nor for who copies the content.
     */
    void published(byte[] message) {
        if (message.length > QUICK_BYTES || !snapshots.isQuick() || !applied(message)) {
            inbox.published(message);
        }
    }

    private boolean applied(byte[] message) {
        if (!inbox.isEmpty() || !mayWork.tryAcquire()) {
            return false;
        }
        try {
            // looked at again, now that nobody takes anything out of it
            if (!replica.isCurrent() || !inbox.isEmpty() || !replica.tryRun(() -> take(message))) {
                return false;
            }
            if (!replica.isCurrent()) {
                inbox.sign(Inbox.Sign.WAKE);
            }
            return true;
        } finally {
            mayWork.release();
        }
    }

    private void follow() throws InterruptedException {
        inbox.await(rest);
        mayWork.acquire();
        try {
            rest = Duration.ZERO;
            work();
            rest = untilNextLook();
        } finally {
            mayWork.release();
        }
    }

    private void work() throws InterruptedException {
        Inbox.Notice notice = inbox.next();
        for (int i = 1; notice != null && !loop.isStopped(); i++) {
            take(notice);
            notice = i < BURST ? inbox.next() : null;
        }
        if (!subscribed || loop.isStopped()) {
            return;
        }
        if (inbox.takeOverflow()) {
            reports.gap(replica.revision(), replica.revision());
            replica.doubt();
        }
        long overdue = looks.overdue(replica.revision(), System.nanoTime());
        if (overdue > 0) {
            reports.gap(replica.revision(), overdue);
            looks.settled();
            replica.doubt();
        }
        if (!replica.isCurrent()) {
            if (untilNextSnapshot().isZero()) {
                takeSnapshot();
            }
        } else if (looks.isDue(System.nanoTime())) {
            look();
        }
    }

    private Duration untilNextLook() {
        if (!subscribed) {
            return UNSUBSCRIBED_REST;
        }
        if (!replica.isCurrent()) {
            return untilNextSnapshot();
        }
        return inbox.isEmpty() ? looks.rest(System.nanoTime()) : Duration.ZERO;
    }

    /** Where one change after the other is lost, not each is to cost Redis a snapshot and the log a line. */
    private Duration untilNextSnapshot() {
        Duration sinceLast = Duration.ofNanos(System.nanoTime() - snapshotAt);
        return sinceLast.compareTo(BETWEEN_SNAPSHOTS) < 0 ? BETWEEN_SNAPSHOTS.minus(sinceLast) : Duration.ZERO;
    }

    private void take(Inbox.Notice notice) {
        switch (notice) {
            case Inbox.Published published -> take(published.message());
            case Inbox.Sign.SUBSCRIBED -> {
                subscribed = true;
                newlySubscribed = true;
                replica.subscribed();
            }
            case Inbox.Sign.DOUBT -> replica.doubt();
            case Inbox.Sign.WAKE -> {}
        }
    }

    private void take(byte[] message) {
        MapMessage change;
        try {
            change = MapMessage.parse(message);
        } catch (IllegalArgumentException e) {
            reports.malformed(e);
            return;
        }
        long before = replica.revision();
        switch (replica.judge(change.revision())) {
            case NEXT -> apply(change);
            case GAP -> reports.gap(before, change.revision());
            case KNOWN, DOUBTFUL -> {}
        }
    }

    private void apply(MapMessage change) {
        long revision = change.revision();
        switch (change) {
            case MapMessage.Set set -> {
                String key = Snapshots.key(set.key());
                replica.put(key, snapshots.value(key, set.value()), revision);
            }
            case MapMessage.Delete delete -> replica.remove(Snapshots.key(delete.key()), revision);
            case MapMessage.Reset reset -> clear(MapChange.Kind.RESET, revision);
            case MapMessage.Destroy destroy -> clear(MapChange.Kind.DESTROY, revision);
        }
        long now = System.nanoTime();
        provenAt = now;
        reports.applied.increment();
        arrivals.applied(revision);
        if (looks.changed(now)) {
            inbox.sign(Inbox.Sign.WAKE);
        }
    }

    private void clear(MapChange.Kind kind, long revision) {
        replica.clear(kind, revision);
        looks.cleared();
    }

    private void takeSnapshot() throws InterruptedException {
        // over the lane, which connects for everybody: with Redis gone, a thousand maps are not to try each by itself
        long least = snapshots.standing().revision();
        long number = arrivals.snapshotBegins();
        long begun = System.nanoTime();
        Snapshots.Taken<V> taken = snapshots.take();
        MapReplica.Snapshot<V> snapshot = taken.content();
        long most = snapshots.standing().revision();
        snapshotAt = System.nanoTime();
        if (snapshot.revision() < least || snapshot.revision() > most) {
            // the map was lost meanwhile; or, while a master is replaced, the old one answered, with changes that are
            // lost
            return;
        }
        long before = replica.revision();
        replica.restore(snapshot);
        looks.begins(begun);
        proven(begun);
        reports.snapshots.increment();
        if (snapshot.revision() < before && looks.isOver(System.nanoTime())) {
            reports.expired(before, snapshot.revision());
        } else if (snapshot.revision() < before) {
            reports.regressed(before, snapshot.revision());
        }
        arrivals.snapshotApplied(number, snapshot.revision());
        if (joined.getCount() > 0) {
            refusal = null;
            reports.joined(replica.size(), replica.revision());
            looks.spread();
            joined.countDown();
        }
        looks.expiresIn(taken.ttlMillis(), System.nanoTime());
        if (newlySubscribed) {
            newlySubscribed = false;
            looks.doubtful(System.nanoTime());
        }
    }

    private void look() throws InterruptedException {
        long begun = System.nanoTime();
        String key = replica.nextKey();
        Snapshots.Standing standing = snapshots.standing(key);
        looks.begins(begun);
        switch (replica.compare(standing.revision(), standing.entries())) {
            case EQUAL -> {
                V here = replica.get(key);
                if (here != null && !snapshots.mayBe(here, standing)) {
                    // it was lost, and made again by as many changes
                    reports.regressed(standing.revision(), standing.revision());
                    replica.doubt();
                    return;
                }
                proven(begun);
            }
            case BEHIND -> looks.expect(standing.revision(), System.nanoTime());
            case DIFFERENT -> {
                // the snapshot that follows tells how long what is there now lives
                replica.doubt();
                return;
            }
        }
        looks.expiresIn(standing.ttlMillis(), System.nanoTime());
    }

    private void proven(long at) {
        provenAt = at;
        syncedAt = at;
        looks.settled();
    }

    /**
     * Waits for the first snapshot.
     *
     * @return whether it came in time; also true when it was stopped meanwhile
     * @throws PulseException what Redis refused it for
     */
    boolean awaitJoined(Duration longest) throws InterruptedException {
        boolean settled = joined.await(longest.toNanos(), TimeUnit.NANOSECONDS);
        PulseException known = refusal;
        if (settled && known != null) {
            throw known;
        }
        return settled;
    }

    Duration staleness() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - provenAt));
    }

    Duration lastSync() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - syncedAt));
    }

    /** Asks it to end; who waits for the first snapshot waits no longer. */
    void stop() {
        loop.stop();
        joined.countDown();
        inbox.sign(Inbox.Sign.WAKE);
    }

    boolean join(long deadline) throws InterruptedException {
        return loop.join(deadline);
    }

    void interrupt() {
        loop.interrupt();
    }
}
