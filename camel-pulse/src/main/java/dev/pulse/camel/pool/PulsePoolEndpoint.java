package dev.pulse.camel.pool;

import dev.pulse.PulseListener;
import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.pool.PoolNode;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;

/**
 * Run keyed jobs, and what is due, on whichever nodes of a Pulse pool in Redis are alive, each in one place.
 *
 * <p>A consumer is a worker: it has an exchange for each job that begins here, and jobs move when workers come and go. Or it
 * has one whenever a ticker or a schedule is due. A producer dispatches, stops and asks.
 */
@ManagedResource(description = "Endpoint of a Pulse pool")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "pulse-pool",
        title = "Pulse Pool",
        syntax = "pulse-pool:name",
        category = Category.CLUSTERING,
        headersClass = PulseConstants.class)
public class PulsePoolEndpoint extends PulseEndpoint {
    @UriPath(
            description =
                    "The pool: 1 to 512 characters, without space, NUL, asterisk, question mark, brackets and braces")
    @Metadata(required = true)
    private final String name;

    @UriParam
    private SettingsConfiguration settings = new SettingsConfiguration();

    @UriParam
    private WorkingConfiguration working = new WorkingConfiguration();

    @UriParam
    private TaskConfiguration tasks = new TaskConfiguration();

    @UriParam
    private TimingConfiguration timing = new TimingConfiguration();

    @UriParam
    private DispatchingConfiguration dispatching = new DispatchingConfiguration();

    PulsePoolEndpoint(String endpointUri, PulsePoolComponent component, String name) {
        super(endpointUri, component);
        this.name = name;
    }

    @Override
    protected void check() {
        if (dispatching.getOperation() == PoolOperation.CHANGE_SETTINGS) {
            settings.mandatoryWishes();
        } else {
            settings.wishes();
        }
        working.check();
        tasks.check();
        tasks.in(working.engineOptions());
        timing.check();
        boolean onlyStarts = working.isOnlyStarts();
        if (tasks.getMode() == JobMode.TASK && !onlyStarts) {
            throw new IllegalArgumentException("on is for mode=service, was \"" + working.getOn() + '"');
        }
        if (!timing.isWorker() && (tasks.getMode() == JobMode.TASK || !onlyStarts)) {
            throw new IllegalArgumentException(
                    "mode and on are for a worker, and with a ticker or a schedule it is none");
        }
        dispatching.check(getCamelContext());
        payloadCodec();
    }

    @Override
    public String subject() {
        return "pool " + name;
    }

    @Override
    protected List<String> loops() {
        return List.of(subject());
    }

    @Override
    public Producer createProducer() {
        return new PulsePoolProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        PulsePoolConsumer consumer = new PulsePoolConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    /**
     * The right to use a node of the pool, which is opened if need be.
     *
     * @param listener is told what happens to the node; it may block
     */
    Lease<PoolNode> acquirePool(PulseListener listener) throws InterruptedException {
        return acquirePool(name, dispatching.engineTimeout(), listener);
    }

    /** The same for a pool of another name. */
    Lease<PoolNode> acquirePool(String pool, Duration dispatchTimeout, PulseListener listener)
            throws InterruptedException {
        boolean later = dispatching.getOperation() == PoolOperation.CHANGE_SETTINGS;
        PoolWishes wishes = later ? PoolWishes.NONE : settings.wishes();
        return SharedPools.of(getCamelContext()).acquire(acquireEngine(), pool, dispatchTimeout, wishes, listener);
    }

    JobPayloads payloads() {
        return new JobPayloads(payloadCodec());
    }

    public String getName() {
        return name;
    }

    public SettingsConfiguration getSettings() {
        return settings;
    }

    public void setSettings(SettingsConfiguration settings) {
        this.settings = settings;
    }

    public WorkingConfiguration getWorking() {
        return working;
    }

    public void setWorking(WorkingConfiguration working) {
        this.working = working;
    }

    public TaskConfiguration getTasks() {
        return tasks;
    }

    public void setTasks(TaskConfiguration tasks) {
        this.tasks = tasks;
    }

    public TimingConfiguration getTiming() {
        return timing;
    }

    public void setTiming(TimingConfiguration timing) {
        this.timing = timing;
    }

    public DispatchingConfiguration getDispatching() {
        return dispatching;
    }

    public void setDispatching(DispatchingConfiguration dispatching) {
        this.dispatching = dispatching;
    }
}
