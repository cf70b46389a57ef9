package dev.pulse.camel.pool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterView;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told what happens in a view. No lock is held meanwhile: a listener takes its time, and may come and go. What one throws
 * is logged, and no other's business. Thread-safe.
 */
final class ClusterListeners {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterListeners.class);

    private final CamelClusterView view;
    private final List<CamelClusterEventListener> all = new CopyOnWriteArrayList<>();

    ClusterListeners(CamelClusterView view) {
        this.view = view;
    }

    void add(CamelClusterEventListener listener) {
        all.add(listener);
    }

    void remove(CamelClusterEventListener listener) {
        all.remove(listener);
    }

    /** Returns when all of them know who leads. */
    void leads(@Nullable CamelClusterMember leader) {
        tell(CamelClusterEventListener.Leadership.class, listener -> listener.leadershipChanged(view, leader));
    }

    /** Returns when all of them know of this member. */
    void added(CamelClusterMember member) {
        tell(CamelClusterEventListener.Membership.class, listener -> listener.memberAdded(view, member));
    }

    /** Returns when all of them know that this member is gone. */
    void removed(CamelClusterMember member) {
        tell(CamelClusterEventListener.Membership.class, listener -> listener.memberRemoved(view, member));
    }

    private <T extends CamelClusterEventListener> void tell(Class<T> kind, Consumer<T> what) {
        for (CamelClusterEventListener listener : all) {
            if (kind.isInstance(listener)) {
                try {
                    what.accept(kind.cast(listener));
                } catch (RuntimeException e) {
                    LOG.warn("view={} listener={} state=failed", view.getNamespace(), listener, e);
                }
            }
        }
    }
}
