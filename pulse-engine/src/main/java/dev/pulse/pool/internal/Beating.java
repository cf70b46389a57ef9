package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.pool.internal.MemberScripts.Alive;
import dev.pulse.pool.internal.MemberScripts.Pulsing;
import dev.pulse.redis.ScriptRunner;
import dev.pulse.task.Durations;
import dev.pulse.task.Loop;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One beat of a handle: renews the leases of its workers and the stream of its replies, and tells each worker what Redis says
 * of it. A worker whose inbox is not read any more is left out, so that its lease ends. No lock is taken for a renewal that
 * virtual threads wait for, too: behind one that has no carrier it would come too late. Two beats may overlap when the first
 * worker joins or the last one leaves: then no worker is in both.
 */
final class Beating {
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(2);

    private final PoolLife life;
    private final Answers answers;
    private final Supplier<? extends Collection<WorkerHandle>> workers;

    Beating(PoolLife life, Answers answers, Supplier<? extends Collection<WorkerHandle>> workers) {
        this.life = life;
        this.answers = answers;
        this.workers = workers;
    }

    /** What Redis said of a pool. */
    record Finding(PoolIncarnation at, MemberScripts.Beat said) {
        /** After which time to beat again. */
        Duration untilNext() {
            return period(
                    said instanceof Alive alive ? alive.lease() : at.settings().lease());
        }
    }

    /** How often a node beats with this lease. */
    static Duration period(Duration lease) {
        return Durations.shorter(lease.dividedBy(6), LONGEST_PERIOD);
    }

    /**
     * Beats once.
     *
     * @param ways where Redis is asked, when an answer may take so long
     * @throws Loop.Over when the pool was shut down
     */
    Finding beat(Function<Duration, ScriptRunner> ways) throws InterruptedException {
        PoolIncarnation at = current();
        List<WorkerLife> beating = workers.get().stream()
                .flatMap(worker -> worker.beating().stream())
                .filter(worker -> worker.pool() == at && worker.reads())
                .toList();
        List<Pulsing> pulsing = beating.stream()
                .map(worker -> new Pulsing(worker.id(), worker.seq(), worker.knownSeq()))
                .toList();
        // one that takes half a lease is better sent anew
        Duration longest =
                Durations.shorter(at.redis().timeout(), at.settings().lease().dividedBy(2));
        long sent = System.nanoTime();
        beating.forEach(worker -> worker.renewalAsked(sent));
        MemberScripts.Beat said = at.members().beat(ways.apply(longest), answers.client(), pulsing);
        if (said instanceof Alive alive) {
            tell(beating, alive, sent);
            if (alive.repliesMade()) {
                answers.repliesLost();
            }
        }
        return new Finding(at, said);
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
}
