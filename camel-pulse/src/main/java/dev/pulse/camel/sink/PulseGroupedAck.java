package dev.pulse.camel.sink;

import dev.pulse.camel.PulseConstants;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;

/**
 * Aggregates events with {@code ackMode=manual} and settles them together: acked when the aggregated exchange is complete,
 * nacked when it fails. {@code aggregate()} completes the exchanges that come in before the aggregated one is worked on, so
 * without this their events would be acked too early.
 *
 * <p>How exchanges become one is the business of another strategy. {@code maxInFlight} has to be at least as large as all
 * groups together can be. A group that is discarded is not settled: its events come again after {@code maxProcessing}. Not
 * for repositories that store exchanges outside of this process, for they cannot keep a manual ack: with those an event is
 * safe once it is stored, and {@code ackMode=auto} right.
 */
public class PulseGroupedAck extends ServiceSupport implements AggregationStrategy, CamelContextAware {
    private static final String COLLECTED = "CamelPulseGroupedAck";

    private final AggregationStrategy strategy;
    private @Nullable CamelContext camelContext;

    /**
     * The acks up to here. Never changed, only prolonged: with optimistic locking an attempt to aggregate that came to
     * nothing must leave no trace in the group.
     */
    private record Collected(ManualAck ack, @Nullable Collected before) {}

    /** The aggregated body is the list of bodies. */
    public PulseGroupedAck() {
        this(PulseGroupedAck::listed);
    }

    /** Exchanges become one as the given strategy has it. */
    public PulseGroupedAck(AggregationStrategy strategy) {
        this.strategy = strategy;
    }

    private static Exchange listed(@Nullable Exchange old, Exchange next) {
        // a list of its own each time, for the same reason as above
        List<@Nullable Object> bodies = old == null
                ? new ArrayList<>()
                : new ArrayList<>(old.getMessage().getBody(List.class));
        bodies.add(next.getMessage().getBody());
        Exchange listed = old == null ? next : old;
        listed.getMessage().setBody(bodies);
        return listed;
    }

    @Override
    public Exchange aggregate(@Nullable Exchange oldExchange, Exchange newExchange) {
        Collected before = oldExchange == null ? null : oldExchange.getProperty(COLLECTED, Collected.class);
        Collected all = new Collected(ManualAck.of(newExchange), before);
        Exchange aggregated = strategy.aggregate(oldExchange, newExchange);
        aggregated.setProperty(COLLECTED, all);
        // one of several would stand for all
        aggregated.getMessage().removeHeader(PulseConstants.MANUAL_ACK);
        return aggregated;
    }

    @Override
    public void onCompletion(Exchange exchange) {
        strategy.onCompletion(exchange);
        Collected all = exchange.getProperty(COLLECTED, Collected.class);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onComplete(Exchange complete) {
                for (Collected each = all; each != null; each = each.before()) {
                    each.ack().ack();
                }
            }

            @Override
            public void onFailure(Exchange failed) {
                String cause = String.valueOf(Completion.cause(failed));
                for (Collected each = all; each != null; each = each.before()) {
                    each.ack().nack(cause);
                }
            }

            @Override
            public int getOrder() {
                return LOWEST;
            }
        });
    }

    @Override
    public boolean canPreComplete() {
        return strategy.canPreComplete();
    }

    @Override
    public boolean preComplete(Exchange oldExchange, Exchange newExchange) {
        return strategy.preComplete(oldExchange, newExchange);
    }

    @Override
    public void timeout(Exchange exchange, int index, int total, long timeout) {
        strategy.timeout(exchange, index, total, timeout);
    }

    @Override
    public void onOptimisticLockFailure(Exchange oldExchange, Exchange newExchange) {
        strategy.onOptimisticLockFailure(oldExchange, newExchange);
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.camelContext = camelContext;
        CamelContextAware.trySetCamelContext(strategy, camelContext);
    }

    @Override
    protected void doStart() {
        ServiceHelper.startService(strategy);
    }

    @Override
    protected void doStop() {
        ServiceHelper.stopService(strategy);
    }
}
