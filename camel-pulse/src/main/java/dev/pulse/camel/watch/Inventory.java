package dev.pulse.camel.watch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * What the Pulse endpoints of one CamelContext have in hand at this moment. Whoever gets hold of something adds it, as often
 * as he likes, and each says when he let go of it. Thread-safe.
 */
public final class Inventory {
    private static final ReentrantLock MAKING = new ReentrantLock();

    private final CamelContext context;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Map<InUse<?>, Integer> holders = new LinkedHashMap<>();
    private @Nullable Watcher watcher;

    /** Is told what comes and goes, one thing after another; must not block. */
    interface Watcher {
        void added(InUse<?> thing);

        void removed(InUse<?> thing);
    }

    private Inventory(CamelContext context) {
        this.context = context;
    }

    /** The one of this context. */
    public static Inventory of(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        MAKING.lock();
        try {
            Inventory found = extension.getContextPlugin(Inventory.class);
            if (found == null) {
                found = new Inventory(context);
                extension.addContextPlugin(Inventory.class, found);
            }
            return found;
        } finally {
            MAKING.unlock();
        }
    }

    /** Somebody has this in hand until he runs what is returned; running that again does nothing. */
    public Runnable add(InUse<?> thing) {
        lock.lock();
        try {
            watch();
            if (holders.merge(thing, 1, Integer::sum) == 1 && watcher != null) {
                watcher.added(thing);
            }
        } finally {
            lock.unlock();
        }
        AtomicBoolean gone = new AtomicBoolean();
        return () -> {
            if (gone.compareAndSet(false, true)) {
                remove(thing);
            }
        };
    }

    /** A registry of meters may come into the context at any time before the endpoints start. */
    private void watch() {
        if (watcher == null) {
            watcher = Meters.in(context);
            if (watcher != null) {
                holders.keySet().forEach(watcher::added);
            }
        }
    }

    private void remove(InUse<?> thing) {
        lock.lock();
        try {
            if (holders.merge(thing, -1, Integer::sum) == 0) {
                holders.remove(thing);
                if (watcher != null) {
                    watcher.removed(thing);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** All of this kind, each once, in the order in which they came. */
    <T extends InUse<?>> List<T> all(Class<T> kind) {
        lock.lock();
        try {
            return holders.keySet().stream()
                    .filter(kind::isInstance)
                    .map(kind::cast)
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
