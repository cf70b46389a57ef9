package dev.pulse.pool.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.pool.internal.MemberScripts.LeftRing;
import dev.pulse.redis.Redis;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a worker leaves: out of the ring first, so that nothing more comes; then each job is stopped and given away; then nothing
 * of it is left. What does not stop in time, or cannot be told to Redis, others find when its lease has ended.
 */
final class Leaving {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    /** For words to Redis that come after the deadline. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final WorkerLife life;

    Leaving(WorkerLife life) {
        this.life = life;
    }

    /** Drains until the deadline, by {@link System#nanoTime}, or the caller's interrupt, then interrupts. Can be repeated. */
    CloseResult leave(long deadline) {
        boolean drained = false;
        try {
            if (!life.isAtWork() || !isOutOfRing(deadline)) {
                life.fence("it was closed while Redis did not know it");
            }
            life.leave();
            drained = awaitEmpty(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!drained) {
            life.cut();
        }
        List<String> problems = new ArrayList<>();
        boolean empty = Deadlines.hardPhase(end -> awaitEmpty(end) && end(end, problems));
        life.over();
        if (!empty) {
            problems.add(life.jobs().size() + " jobs of worker " + life.id() + " do not stop");
            return new CloseResult(CloseResult.How.ABANDONED, problems);
        }
        return new CloseResult(drained ? CloseResult.How.DRAINED : CloseResult.How.INTERRUPTED, problems);
    }

    private boolean isOutOfRing(long deadline) throws InterruptedException {
        PoolIncarnation pool = life.pool();
        Redis redis = pool.redis().until(Math.max(deadline, System.nanoTime() + LAST_WORDS.toNanos()));
        try {
            while (true) {
                LeftRing left =
                        pool.members().leaveBegin(redis, life.id(), pool.ring().leftBy(life.id()));
                switch (left) {
                    case MemberScripts.OutOfRing out -> {
                        life.leave();
                        pool.learn(Ring.parse(out.ringVersion(), out.slots()));
                        return true;
                    }
                    case RingChanged changed -> pool.learn(changed);
                    case LeaseLost lost -> {
                        return false;
                    }
                    case Gone gone -> {
                        return false;
                    }
                }
            }
        } catch (PulseException e) {
            life.reports().unsettled(life.id(), e);
            return false;
        }
    }

    private boolean awaitEmpty(long deadline) throws InterruptedException {
        while (!life.isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Tasks.sleep(LOOK_AGAIN);
        }
        return true;
    }

    /** Leaves nothing behind in Redis, or says what stays; always true. */
    private boolean end(long deadline, List<String> problems) throws InterruptedException {
        if (!life.isAtWork() || !isEnded(deadline)) {
            problems.add("worker " + life.id() + " is swept when its lease has ended");
        }
        return true;
    }

    private boolean isEnded(long deadline) throws InterruptedException {
        PoolIncarnation pool = life.pool();
        Redis redis = pool.redis().until(deadline);
        try {
            while (System.nanoTime() - deadline < 0) {
                MemberScripts.End end = pool.members().leaveEnd(redis, life.id());
                if (end != MemberScripts.End.NOTEMPTY) {
                    life.reports().left(life.id());
                    return true;
                }
                // what was read last is about to be handled, or moved
                Tasks.sleep(LOOK_AGAIN);
            }
        } catch (PulseException e) {
            life.reports().unsettled(life.id(), e);
        }
        return false;
    }
}
