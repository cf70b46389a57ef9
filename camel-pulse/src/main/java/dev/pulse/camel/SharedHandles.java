package dev.pulse.camel;

import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * What endpoints of one CamelContext have in common, one handle for each key. Opened when the first one needs it, closed
 * when the last one let go of it. Thread-safe.
 *
 * @param <K> what makes two handles distinct, the engine among it
 * @param <T> the handle
 */
public abstract class SharedHandles<K, T> {
    private static final ReentrantLock MAKING = new ReentrantLock();

    private final Inventory inventory;
    private final ReentrantLock counting = new ReentrantLock();
    /* guarded by counting */
    private final Map<K, Shared> handles = new HashMap<>();

    /** Those of this context. */
    protected SharedHandles(CamelContext context) {
        this.inventory = Inventory.of(context);
    }

    /** Those of this kind in this context. */
    protected static <S extends SharedHandles<?, ?>> S of(
            CamelContext context, Class<S> kind, Function<CamelContext, S> making) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        MAKING.lock();
        try {
            S found = extension.getContextPlugin(kind);
            if (found == null) {
                found = making.apply(context);
                extension.addContextPlugin(kind, found);
            }
            return found;
        } finally {
            MAKING.unlock();
        }
    }

    /** Opens a handle that tells this listener what happens to it. */
    protected abstract T open(K key, PulseListener listener) throws InterruptedException;

    /** How it shows in what the context has in hand. */
    protected abstract InUse<?> inUse(K key, T handle);

    /** Nobody uses it any more. */
    protected abstract void close(T handle);

    /**
     * Opens the handle, or shares the one that is there.
     *
     * @param listener is told what happens to the handle from now on until the lease is closed
     * @param last done when the lease that is returned ends, and also when none is
     */
    protected final Lease<T> acquire(K key, PulseListener listener, Runnable last) throws InterruptedException {
        Shared shared;
        counting.lock();
        try {
            shared = handles.computeIfAbsent(key, Shared::new);
            shared.users++;
        } finally {
            counting.unlock();
        }
        shared.listeners.add(listener);
        Runnable end = () -> {
            shared.listeners.remove(listener);
            release(shared);
            last.run();
        };
        boolean opened = false;
        try {
            T handle = shared.open();
            opened = true;
            Runnable gone = inventory.add(inUse(key, handle));
            return new Lease<>(handle, () -> {
                gone.run();
                end.run();
            });
        } finally {
            if (!opened) {
                end.run();
            }
        }
    }

    private void release(Shared shared) {
        counting.lock();
        try {
            shared.users--;
            if (shared.users > 0) {
                return;
            }
            handles.remove(shared.key);
        } finally {
            counting.unlock();
        }
        shared.close();
    }

    /** One handle; nobody opens it any more when it is closed. */
    private final class Shared {
        private final K key;
        private final List<PulseListener> listeners = new CopyOnWriteArrayList<>();
        private final ReentrantLock opening = new ReentrantLock();
        /* guarded by opening */
        private @Nullable T handle;
        /* guarded by counting */
        private int users;

        Shared(K key) {
            this.key = key;
        }

        /** Those who come while it is being opened wait for that; when it fails, the next one tries. */
        T open() throws InterruptedException {
            opening.lockInterruptibly();
            try {
                T opened = handle;
                if (opened == null) {
                    opened = SharedHandles.this.open(key, this::tell);
                    handle = opened;
                }
                return opened;
            } finally {
                opening.unlock();
            }
        }

        private void tell(PulseEvent event) {
            listeners.forEach(listener -> listener.onEvent(event));
        }

        void close() {
            opening.lock();
            try {
                if (handle != null) {
                    SharedHandles.this.close(handle);
                }
            } finally {
                opening.unlock();
            }
        }
    }
}
