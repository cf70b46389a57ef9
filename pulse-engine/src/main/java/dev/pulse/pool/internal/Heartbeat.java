package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.pool.internal.MemberScripts.Beat;
import dev.pulse.pool.internal.MemberScripts.Lease;
import dev.pulse.pool.internal.MemberScripts.Pulse;
import dev.pulse.pool.internal.MemberScripts.Pulsing;
import dev.pulse.redis.Redis;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Supplier<Collection<WorkerHandle>> workers;
    private final Findings findings;
    private final Recurring loop;

    /* of the loop's thread */
    private long beats;
    /** The last beat of each worker that Redis is known to have had. */
    private Map<String, Long> known = new HashMap<>();

    /** Who is told what a beat found; quick, and without waiting for Redis or user code. */
    interface Findings {
        /** The pool as it is. */
        void found(PoolIncarnation at, Alive pool);

        /** The incarnation is no more: it was shut down, or Redis lost it. */
        void gone(PoolIncarnation incarnation);
    }

    Heartbeat(
            PoolLife life,
            String client,
            Supplier<Collection<WorkerHandle>> workers,
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
        PoolIncarnation at = life.current();
        Duration lease = at.settings().lease();
        List<WorkerHandle> beating = new ArrayList<>();
        List<Pulsing> pulsing = new ArrayList<>();
        long number = ++beats;
        for (WorkerHandle worker : workers.get()) {
            if (worker.beats(at)) {
                beating.add(worker);
                pulsing.add(new Pulsing(worker.id(), number, known.getOrDefault(worker.id(), 0L)));
            }
        }
        long sent = System.nanoTime();
        // a beat that takes as long as half a lease is better sent anew
        Redis redis = at.redis().until(sent + lease.dividedBy(2).toNanos());
        switch (at.members().beat(redis, client, pulsing)) {
            case MemberScripts.Gone gone -> findings.gone(at);
            case Alive alive -> {
                tell(beating, pulsing, alive, sent);
                findings.found(at, alive);
                return period(alive.lease());
            }
        }
        return period(lease);
    }
}
