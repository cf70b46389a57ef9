package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.pool.internal.MemberScripts.Pulsing;
import dev.pulse.redis.Redis;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * The loop that keeps this handle known in its pool: it renews the leases of its workers and the stream of its replies, six
 * times per lease and every 2 s at least, and hands on what Redis says of the pool. A worker whose inbox is not read any more
 * is left out, so that its lease ends.
 */
final class Heartbeat {
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final PoolLife life;
    private final String client;
    private final Supplier<? extends Collection<WorkerHandle>> workers;
    private final Findings findings;
    private final Recurring loop;

    /** Who is told what a beat found. */
    interface Findings {
        /** The pool as it is. */
        void found(PoolIncarnation at, Alive pool) throws InterruptedException;

        /** The incarnation is no more: it was shut down, or Redis lost it. */
        void gone(PoolIncarnation incarnation) throws InterruptedException;
    }

    /** Begins to beat at once. */
    Heartbeat(
            PoolLife life,
            String client,
            Supplier<? extends Collection<WorkerHandle>> workers,
            Findings findings,
            LoopSignal signal) {
        this.life = life;
        this.client = client;
        this.workers = workers;
        this.findings = findings;
        this.loop = Recurring.start(signal, this::beat);
    }

    /** How often a node beats with this lease. */
    static Duration period(Duration lease) {
        Duration sixth = lease.dividedBy(6);
        return sixth.compareTo(LONGEST) < 0 ? sixth : LONGEST;
    }

    private Duration beat() throws InterruptedException {
        PoolIncarnation at = current();
        List<WorkerLife> beating = workers.get().stream()
                .flatMap(worker -> worker.beating().stream())
                .filter(worker -> worker.pool() == at && worker.reads())
                .toList();
        List<Pulsing> pulsing = beating.stream()
                .map(worker -> new Pulsing(worker.id(), worker.seq(), worker.knownSeq()))
                .toList();
        Duration lease = at.settings().lease();
        long sent = System.nanoTime();
        // one that takes half a lease is better sent anew
        Redis redis = at.redis().until(sent + lease.dividedBy(2).toNanos());
        switch (at.members().beat(redis, client, pulsing)) {
            case Alive alive -> {
                tell(beating, alive, sent);
                findings.found(at, alive);
                return period(alive.lease());
            }
            case Gone gone -> findings.gone(at);
        }
        // there may be another
        return Duration.ZERO;
    }

    private PoolIncarnation current() {
        try {
            return life.current();
        } catch (PoolShutDownException e) {
            throw new Loop.Over(e);
        }
    }

    private static void tell(List<WorkerLife> beating, Alive pool, long sent) {
        for (int i = 0; i < beating.size(); i++) {
            WorkerLife worker = beating.get(i);
            worker.ownedSize(pool.workers().get(i).owned());
            switch (pool.workers().get(i).lease()) {
                case LOST -> worker.lost();
                case OK -> worker.beaten(sent, pool.lease());
                case ROLLBACK -> {
                    worker.beaten(sent, pool.lease());
                    worker.rolledBack();
                }
            }
        }
    }

    /** Has the next beat come now. */
    void wake() {
        loop.wake();
    }

    void stop() {
        loop.stop();
    }

    boolean join(long deadline) throws InterruptedException {
        return loop.join(deadline);
    }

    void interrupt() {
        loop.interrupt();
    }
}
