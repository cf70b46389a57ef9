package dev.pulse.map.internal;

import dev.pulse.AccessDeniedException;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.map.MapChange;
import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.wire.MapMessage;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The loop that keeps a replica equal to Redis: it applies what was published, takes a snapshot when that is needed, and
 * looks now and then whether it missed something. A change that finds it idle is applied by the thread that reads; nobody
 * else changes the replica.
 */
final class Replication<V> {
    /** How long a change may be on its way before it counts as lost. */
    private static final Duration ON_THE_WAY = Duration.ofMillis(500);

    private static final Duration SHORTEST_LOOK = Duration.ofMillis(50);
    /** So that a stop is noticed, and a burst still is one turn. */
    private static final int BURST = 1_000;
    /** A change that is decoded so quickly that other maps can wait for it. */
    private static final int QUICK_BYTES = 4 * 1024;

    private final MapReplica<V> replica;
    private final Inbox inbox;
    private final Snapshots<V> snapshots;
    private final MapReports reports;
    private final Arrivals arrivals;
    private final Duration checkPeriod;
    private final Duration patience;
    private final boolean expires;
    private final CountDownLatch joined = new CountDownLatch(1);
    private final Loop loop;

    /** Who has it changes the replica and what is below: the loop, or the thread that reads, which never waits for it. */
    private final Semaphore mayWork = new Semaphore(1);

    private volatile @Nullable PulseException refusal;
    /** When the replica was last known to be equal to Redis. */
    private volatile long provenAt = System.nanoTime();

    /* of who has the permit */
    private boolean subscribed;
    private long nextCheck;
    /** What Redis had at a check, where that was more than the replica; 0 when it was not, or came meanwhile. */
    private long expected;

    private long expectedBy;
    private boolean expiryKnown;
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
        this.checkPeriod = options.checkPeriod();
        this.expires = options.ttl() != MapTtl.none();
        Duration half = checkPeriod.dividedBy(2);
        this.patience = half.compareTo(ON_THE_WAY) < 0 ? half : ON_THE_WAY;
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
     * before it, for each change of threads costs those who wait for it; else leaves it to the loop.
     */
    void published(byte[] message) {
        if (message.length > QUICK_BYTES || !applied(message)) {
            inbox.published(message);
        }
    }

    private boolean applied(byte[] message) {
        if (!inbox.isEmpty() || !mayWork.tryAcquire()) {
            return false;
        }
        try {
            // looked at again, now that nobody takes anything out of it
            if (!replica.isCurrent() || !inbox.isEmpty()) {
                return false;
            }
            long look = nextCheck;
            take(message);
            if (!replica.isCurrent() || nextCheck != look) {
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
        lookForLoss();
        if (!replica.isCurrent()) {
            takeSnapshot();
        } else if (System.nanoTime() - nextCheck >= 0) {
            check();
        }
    }

    private Duration untilNextLook() {
        if (!subscribed) {
            return checkPeriod;
        }
        if (!replica.isCurrent() || !inbox.isEmpty()) {
            return Duration.ZERO;
        }
        long look = expected > 0 && expectedBy - nextCheck < 0 ? expectedBy : nextCheck;
        return Duration.ofNanos(Math.max(0, look - System.nanoTime()));
    }

    private void take(Inbox.Notice notice) {
        switch (notice) {
            case Inbox.Published published -> take(published.message());
            case Inbox.Sign.SUBSCRIBED -> {
                subscribed = true;
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
        provenAt = System.nanoTime();
        reports.applied.increment();
        arrivals.applied(revision);
        if (expires && !expiryKnown) {
            expiryKnown = true;
            look(SHORTEST_LOOK.toMillis());
        }
    }

    private void clear(MapChange.Kind kind, long revision) {
        replica.clear(kind, revision);
        // the next write begins another life
        expiryKnown = false;
    }

    private void takeSnapshot() throws InterruptedException {
        long number = arrivals.snapshotBegins();
        long begun = System.nanoTime();
        Snapshots.Taken<V> taken = snapshots.take();
        MapReplica.Snapshot<V> snapshot = taken.content();
        long before = replica.revision();
        replica.restore(snapshot);
        proven(begun);
        reports.snapshots.increment();
        if (snapshot.revision() < before) {
            reports.regressed(before, snapshot.revision());
        }
        arrivals.snapshotApplied(number, snapshot.revision());
        if (joined.getCount() > 0) {
            refusal = null;
            reports.joined(replica.size(), replica.revision());
            // the checks of many maps that were joined together are spread over the period
            nextCheck -= ThreadLocalRandom.current().nextLong(checkPeriod.toNanos() / 2);
            joined.countDown();
        }
        lookAgainAfter(taken.ttlMillis());
    }

    private void check() throws InterruptedException {
        long begun = System.nanoTime();
        Snapshots.Standing standing = snapshots.standing();
        nextCheck = begun + checkPeriod.minus(patience).toNanos();
        switch (replica.compare(standing.revision(), standing.entries())) {
            case EQUAL -> proven(begun);
            case BEHIND -> expect(standing.revision());
            case DIFFERENT -> replica.doubt();
        }
        lookAgainAfter(standing.ttlMillis());
    }

    /** What is expected already comes first, or checks that follow each other closely would put it off for ever. */
    private void expect(long revision) {
        if (expected == 0) {
            expected = revision;
            expectedBy = System.nanoTime() + patience.toNanos();
        }
    }

    /** What Redis had at a check should have come by now. */
    private void lookForLoss() {
        if (expected > 0 && replica.revision() >= expected) {
            expected = 0;
        } else if (expected > 0 && System.nanoTime() - expectedBy >= 0) {
            reports.gap(replica.revision(), expected);
            replica.doubt();
        }
    }

    private void proven(long at) {
        provenAt = at;
        expected = 0;
        nextCheck = at + checkPeriod.minus(patience).toNanos();
    }

    /** An expiry is told by nobody, nor is its beginning. */
    private void lookAgainAfter(long ttlMillis) {
        expiryKnown = ttlMillis >= 0;
        if (expiryKnown) {
            look(Math.max(SHORTEST_LOOK.toMillis(), ttlMillis + 1));
        }
    }

    private void look(long millis) {
        long at = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        nextCheck = nextCheck - at > 0 ? at : nextCheck;
    }

    /**
     * Waits for the first snapshot.
     *
     * @return whether it came in time
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

    void stop() {
        loop.stop();
        inbox.sign(Inbox.Sign.WAKE);
    }

    boolean join(long deadline) throws InterruptedException {
        return loop.join(deadline);
    }

    void interrupt() {
        loop.interrupt();
    }
}
