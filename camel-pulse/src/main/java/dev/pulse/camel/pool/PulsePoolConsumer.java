package dev.pulse.camel.pool;

import dev.pulse.Pulse;
import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.ReadErrors;
import dev.pulse.camel.Reading;
import dev.pulse.camel.watch.InUse;
import dev.pulse.camel.watch.Inventory;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * A member of a pool: what happens to its jobs becomes exchanges, or what is due. A worker that is suspended leaves the pool,
 * and its jobs go to others or wait; resumed, it joins again.
 */
class PulsePoolConsumer extends PulseConsumer {
    private final PulsePoolEndpoint endpoint;
    private @Nullable Lease<PoolNode> pool;

    PulsePoolConsumer(PulsePoolEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        Lease<PoolNode> lease = pool;
        if (lease == null) {
            lease = endpoint.acquirePool(new ReadErrors(getExceptionHandler()));
            pool = lease;
        }
        PoolNode node = lease.get();
        PoolExchanges exchanges = new PoolExchanges(
                endpoint.getName(),
                endpoint.payloads(),
                () -> createExchange(true),
                this::route,
                getExceptionHandler());
        return new PoolReading(
                endpoint.getName(), () -> join(pulse, node, exchanges), exchanges::inFlight, getExceptionHandler());
    }

    private PoolMember join(Pulse pulse, PoolNode node, PoolExchanges exchanges) throws InterruptedException {
        TimingConfiguration timing = endpoint.getTiming();
        if (timing.getTicker() != null) {
            TickerOptions options = new TickerOptions(timing.timetable(), timing.getMissed());
            Ticker ticker = node.ticker(timing.getTicker(), options, new Ticks(exchanges));
            return new PoolMember.OfTicker(ticker, inUse(new InUse.OfTicker(pulse, endpoint.getName(), ticker)));
        }
        if (timing.getSchedule() != null) {
            Plans plans = new Plans(exchanges, timing.isStopOthers());
            Schedule schedule = node.schedule(timing.getSchedule(), timing.timetable(), plans);
            return new PoolMember.OfSchedule(
                    schedule, inUse(new InUse.OfSchedule(pulse, endpoint.getName(), schedule)));
        }
        TaskConfiguration tasks = endpoint.getTasks();
        WorkingConfiguration working = endpoint.getWorking();
        WorkerOptions options = tasks.in(working.engineOptions());
        Worker worker = switch (tasks.getMode()) {
            case SERVICE -> node.addService(new ServiceJobs(working.events(), exchanges), options);
            case TASK -> node.addTasks(new TaskJobs(exchanges, tasks.getOnFailure(), tasks.engineBackoff()), options);
        };
        Runnable left = inUse(new InUse.OfWorker(pulse, endpoint.getName(), worker, exchanges::restarts));
        return new PoolMember.OfWorker(worker, working::handOver, left);
    }

    private Runnable inUse(InUse<?> thing) {
        return Inventory.of(endpoint.getCamelContext()).add(thing);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        Lease<PoolNode> lease = pool;
        pool = null;
        if (lease != null) {
            lease.close();
        }
    }
}
