package dev.pulse.camel.pool;

import dev.pulse.Pulse;
import dev.pulse.PulseListener;
import dev.pulse.camel.EngineLease;
import dev.pulse.camel.Lease;
import dev.pulse.camel.SharedHandles;
import dev.pulse.camel.watch.InUse;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;

/**
 * The nodes of one CamelContext: one for each pool with the same dispatch time-out in the same engine, for all workers and
 * dispatchers of it. What its endpoints wish for a whole pool must agree. Thread-safe.
 */
final class SharedPools extends SharedHandles<SharedPools.Key, PoolNode> {
    record Key(Pulse pulse, String name, Duration dispatchTimeout) {}

    private record Wish(Pulse pulse, String name, PoolWishes wishes) {}

    private final ReentrantLock wishing = new ReentrantLock();
    /* guarded by wishing */
    private final List<Wish> wished = new ArrayList<>();

    private SharedPools(CamelContext context) {
        super(context);
    }

    /** Those of this context. */
    static SharedPools of(CamelContext context) {
        return of(context, SharedPools.class, SharedPools::new);
    }

    /**
     * Opens the pool, or shares the node that is there, and has what is wished in force; takes the command time-out at most
     * for each.
     *
     * @param engine ends with the lease that is returned, and also when none is
     * @param listener is told what happens to the node from now on until the lease is closed
     * @throws IllegalArgumentException when wishes contradict those of another endpoint that has a lease
     */
    Lease<PoolNode> acquire(
            EngineLease engine, String name, Duration dispatchTimeout, PoolWishes wishes, PulseListener listener)
            throws InterruptedException {
        Wish wish = new Wish(engine.pulse(), name, wishes);
        try {
            add(wish);
        } catch (IllegalArgumentException e) {
            engine.close();
            throw e;
        }
        Lease<PoolNode> node = acquire(new Key(engine.pulse(), name, dispatchTimeout), listener, () -> {
            remove(wish);
            engine.close();
        });
        boolean inForce = false;
        try {
            if (!wishes.areNone()) {
                node.get().changeSettings(wishes::in);
            }
            inForce = true;
            return node;
        } finally {
            if (!inForce) {
                node.close();
            }
        }
    }

    private void add(Wish wish) {
        wishing.lock();
        try {
            for (Wish other : wished) {
                if (other.pulse().equals(wish.pulse()) && other.name().equals(wish.name())) {
                    wish.wishes().requireNoContradiction(other.wishes(), wish.name());
                }
            }
            wished.add(wish);
        } finally {
            wishing.unlock();
        }
    }

    private void remove(Wish wish) {
        wishing.lock();
        try {
            wished.remove(wish);
        } finally {
            wishing.unlock();
        }
    }

    @Override
    protected PoolNode open(Key key, PulseListener listener) throws InterruptedException {
        return key.pulse()
                .joinPool(
                        key.name(),
                        PoolOptions.builder()
                                .dispatchTimeout(key.dispatchTimeout())
                                .listener(listener)
                                .build());
    }

    @Override
    protected InUse<?> inUse(Key key, PoolNode node) {
        return new InUse.OfPool(key.pulse(), node);
    }

    /** Its workers have ended with their consumers. */
    @Override
    protected void close(PoolNode node) {
        node.close(Duration.ZERO);
    }
}
