package dev.pulse.pool.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PoolShutDownException;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.internal.PoolScripts.Changed;
import dev.pulse.pool.internal.PoolScripts.ChangedByOthers;
import dev.pulse.pool.internal.PoolScripts.Ending;
import dev.pulse.redis.Redis;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What changes a pool as a whole: its shared settings, whether it hands out jobs, its end. Thread-safe. */
final class PoolControl {
    private static final String HOLD = "hold";
    /** Until when nothing is handed out: the year 2255, as far as numbers go here. */
    private static final long FOR_GOOD = 9_000_000_000_000L;

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private final Redis redis;
    private final PoolLife life;
    private final PoolScripts scripts;
    /** Has a beat come now, which tells the rest of this handle. */
    private final Runnable lookAgain;

    PoolControl(Redis redis, PoolLife life, PoolScripts scripts, Runnable lookAgain) {
        this.redis = redis;
        this.life = life;
        this.scripts = scripts;
        this.lookAgain = lookAgain;
    }

    PoolSettings settings() throws InterruptedException {
        return read(redis.forOneCall()).settings().settings();
    }

    /** Settings as they are once this change is made to them. */
    PoolSettings change(UnaryOperator<PoolSettings> change) throws InterruptedException {
        Redis call = redis.forOneCall();
        while (true) {
            SharedState before = read(call);
            PoolSettings wished = change.apply(before.settings().settings());
            if (wished.equals(before.settings().settings()) || changed(call, before, SharedState.fields(wished))) {
                lookAgain.run();
                return wished;
            }
        }
    }

    /** Has nothing handed out until further notice, or again. */
    void hold(boolean wanted) throws InterruptedException {
        Redis call = redis.forOneCall();
        Map<String, Long> fields = new LinkedHashMap<>();
        fields.put(HOLD, wanted ? FOR_GOOD : 0);
        while (true) {
            SharedState before = read(call);
            if (before.onHold() == wanted || changed(call, before, fields)) {
                lookAgain.run();
                return;
            }
        }
    }

    private SharedState read(Redis call) throws InterruptedException {
        PoolIncarnation at = life.current();
        while (true) {
            SharedState state = SharedState.read(call, at.keys()).orElse(null);
            if (state != null) {
                return state;
            }
            at = life.after(at, call);
        }
    }

    /** Whether the change is made; if not, others made one meanwhile. */
    private boolean changed(Redis call, SharedState before, Map<String, Long> fields) throws InterruptedException {
        PoolIncarnation at = life.current();
        return switch (scripts.change(
                call,
                at.keys(),
                before.settings().version(),
                fields,
                before.ring().workers())) {
            case Changed changed -> true;
            case ChangedByOthers others -> false;
            case Gone gone -> false;
        };
    }

    /**
     * Begins the end of the pool, and waits for it.
     *
     * @return whether it has ended in that time
     */
    boolean shutDown(Duration longest) throws InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        PoolIncarnation at = life.current();
        if (scripts.shutdown(redis.forOneCall(), at.keys(), at.ring().workers()) == Ending.GONE) {
            // it was lost, and what came after it is what is meant; or it has ended
            try {
                at = life.after(at, redis.forOneCall());
            } catch (PoolShutDownException e) {
                return true;
            }
            if (scripts.shutdown(redis.forOneCall(), at.keys(), at.ring().workers()) == Ending.GONE) {
                throw new OutcomeUnknownException("the pool was lost again while it was being shut down", null);
            }
        }
        while (!life.isShutDown()) {
            lookAgain.run();
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Tasks.sleep(BETWEEN_LOOKS);
        }
        return true;
    }
}
