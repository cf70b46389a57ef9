package dev.pulse.camel.pool;

import dev.pulse.JobExistsException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.camel.Lease;
import dev.pulse.camel.ShutdownTimeout;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterView;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One namespace of a {@link PulseClusterService} as this process sees it, and a member of it while it is started. Whether the
 * local member leads is known at any moment; who else is there is looked for every two seconds.
 *
 * <p>Listeners are told on the thread of the job that is the leadership; it goes elsewhere only when they know that it is lost,
 * and have returned. They may be told the same more than once. Thread-safe.
 */
public final class PulseClusterView extends ServiceSupport implements CamelClusterView {
    private static final Logger LOG = LoggerFactory.getLogger(PulseClusterView.class);
    /**
     * The key of the only job. Its hash has it belong to the first of up to 2,222 slots: who joins behind a leader takes nothing
     * from it.
     */
    private static final String LEADERSHIP = "leader-3530";

    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** The component master starts its consumer some time after it was told that it leads, whatever it is told meanwhile. */
    private static final Duration TOLD_AGAIN = Duration.ofMinutes(1);
    /** Whoever wants to know who leads is told later on. */
    private static final Duration DISPATCH_TIMEOUT = Duration.ofSeconds(1);

    private static final WorkerOptions OPTIONS =
            WorkerOptions.builder().startTimeout(Duration.ofHours(1)).build();

    private final PulseClusterService service;
    private final String namespace;
    private final ClusterListeners listeners = new ClusterListeners(this);
    private final CamelClusterMember local = new LocalMember();
    private @Nullable CamelContext camelContext;
    private @Nullable Lease<PoolNode> pool;
    private @Nullable ScheduledExecutorService looking;
    private volatile @Nullable Worker worker;
    /** The term in which the local member leads; absent while it does not. */
    private volatile @Nullable Job term;

    /* by System.nanoTime */
    private volatile long toldAgainUntil = System.nanoTime();
    /** As of the last look, but for the local one. */
    private volatile List<CamelClusterMember> members = List.of();

    PulseClusterView(PulseClusterService service, String namespace) {
        this.service = service;
        this.namespace = namespace;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // ended with its executor
    protected void doStart() throws Exception {
        Lease<PoolNode> acquired = service.acquirePool(namespace, DISPATCH_TIMEOUT, event -> {});
        pool = acquired;
        Worker own = acquired.get().addService(new Leadership(), OPTIONS);
        worker = own;
        look(acquired.get(), own);
        ScheduledExecutorService executor =
                context().getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "PulseClusterView");
        executor.scheduleWithFixedDelay(
                () -> look(acquired.get(), own), PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        looking = executor;
    }

    @Override
    protected void doStop() {
        ScheduledExecutorService executor = looking;
        if (executor != null) {
            context().getExecutorServiceManager().shutdownNow(executor);
            looking = null;
        }
        Worker own = worker;
        if (own != null) {
            own.close(ShutdownTimeout.left(context()));
            worker = null;
        }
        Lease<PoolNode> acquired = pool;
        if (acquired != null) {
            acquired.close();
            pool = null;
        }
        members = List.of();
    }

    private CamelContext context() {
        return ObjectHelper.notNull(camelContext, "camelContext", this);
    }

    /** The only job: who has it leads. */
    private final class Leadership implements ServiceHandler {
        @Override
        public void start(Job job) {
            term = job;
            listeners.leads(local);
        }

        @Override
        public void stop(Job job) {
            term = null;
            toldAgainUntil = System.nanoTime() + TOLD_AGAIN.toNanos();
            listeners.leads(null);
        }
    }

    /** Whether the local member leads is its own business; that of others is what Redis says. */
    private final class LocalMember implements CamelClusterMember {
        @Override
        public boolean isLeader() {
            Job led = term;
            return led != null && led.leased() && !led.isStopping();
        }

        @Override
        public boolean isLocal() {
            return true;
        }

        @Override
        public String getId() {
            Worker own = worker;
            return own == null ? "none" : own.id();
        }
    }

    /** Looks who is there. Where nobody leads, and nobody is going to, it has a leader made. */
    private void look(PoolNode node, Worker own) {
        try {
            Optional<JobInfo> leadership = node.job(LEADERSHIP);
            if (leadership.isEmpty()) {
                dispatch(node);
                leadership = node.job(LEADERSHIP);
            }
            show(node.workers(), leadership.flatMap(JobInfo::worker), own.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // of Redis the engine tells; and the member knows by itself when it leads no more
            LOG.debug("view={} state=not-looked", namespace, e);
        }
        if (term == null && System.nanoTime() - toldAgainUntil < 0) {
            listeners.leads(getLeader().orElse(null));
        }
    }

    private static void dispatch(PoolNode node) throws InterruptedException {
        try {
            node.dispatch(JobRequest.of(LEADERSHIP, new byte[0]));
        } catch (JobExistsException | OutcomeUnknownException e) {
            LOG.debug("somebody else was faster, or it begins later", e);
        }
    }

    private void show(List<WorkerInfo> workers, Optional<String> leader, String own) {
        List<CamelClusterMember> before = members;
        List<CamelClusterMember> now = workers.stream()
                .filter(each -> !each.leaving() && !each.lease().isNegative())
                .map(each -> each.id().equals(own)
                        ? local
                        : new ClusterMember(
                                each.id(), leader.filter(each.id()::equals).isPresent(), false))
                .toList();
        members = now;
        now.stream().filter(each -> !has(before, each)).forEach(listeners::added);
        before.stream().filter(each -> !has(now, each)).forEach(listeners::removed);
        if (!leaderAmong(now).equals(leaderAmong(before))) {
            listeners.leads(getLeader().orElse(null));
        }
    }

    private static boolean has(List<CamelClusterMember> all, CamelClusterMember member) {
        return all.stream().anyMatch(each -> each.getId().equals(member.getId()));
    }

    /** Of the local one it is told as it happens. */
    private static Optional<CamelClusterMember> leaderAmong(List<CamelClusterMember> all) {
        return all.stream().filter(each -> !each.isLocal() && each.isLeader()).findFirst();
    }

    /**
     * The number of the term in which the local member leads, greater than that of every one before it; empty while it does not
     * lead. What it writes elsewhere can carry it, and be refused there when a greater one was seen: that rejects a leader which
     * was paused beyond its lease.
     */
    public OptionalLong fencingToken() {
        Job led = term;
        return led != null && local.isLeader() ? OptionalLong.of(led.fencingToken()) : OptionalLong.empty();
    }

    @Override
    public Optional<CamelClusterMember> getLeader() {
        return local.isLeader() ? Optional.of(local) : leaderAmong(members);
    }

    @Override
    public CamelClusterMember getLocalMember() {
        return local;
    }

    @Override
    public List<CamelClusterMember> getMembers() {
        return members;
    }

    @Override
    public void addEventListener(CamelClusterEventListener listener) {
        listeners.add(listener);
        if (isRunAllowed()) {
            if (listener instanceof CamelClusterEventListener.Leadership leadership) {
                leadership.leadershipChanged(this, getLeader().orElse(null));
            }
            if (listener instanceof CamelClusterEventListener.Membership membership) {
                members.forEach(member -> membership.memberAdded(this, member));
            }
        }
    }

    @Override
    public void removeEventListener(CamelClusterEventListener listener) {
        listeners.remove(listener);
    }

    @Override
    public PulseClusterService getClusterService() {
        return service;
    }

    @Override
    public String getNamespace() {
        return namespace;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
    }
}
