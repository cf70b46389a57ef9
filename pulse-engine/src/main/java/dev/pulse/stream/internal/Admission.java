package dev.pulse.stream.internal;

import dev.pulse.redis.Replies;
import dev.pulse.stream.EventId;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes deliveries of a stream's entries and puts them in flight. What no handler is to see is settled here: what the
 * filters keep out, what is no event, what was deleted. Used by one thread at a time, but for {@link #passes}.
 */
final class Admission<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

    private final SinkSource<T> source;
    private final SinkOptions options;
    private final InFlight<T> inFlight;
    private final Settlement<T> settlement;
    private final SinkReports reports;

    Admission(
            SinkSource<T> source,
            SinkOptions options,
            InFlight<T> inFlight,
            Settlement<T> settlement,
            SinkReports reports) {
        this.source = source;
        this.options = options;
        this.inFlight = inFlight;
        this.settlement = settlement;
        this.reports = reports;
    }

    /**
     * Takes entries in, as far as they are not held already.
     *
     * @param before a time, by {@link System#nanoTime}, before Redis handed them out
     */
    List<SinkDelivery<T>> admit(List<SinkGroup.Received> received, long before) throws InterruptedException {
        List<SinkDelivery<T>> deliveries = new ArrayList<>(received.size());
        boolean complete = false;
        try {
            for (SinkGroup.Received each : received) {
                SinkDelivery<T> delivery = admit(Replies.list(each.entry()), each.earlier(), before);
                if (delivery != null) {
                    deliveries.add(delivery);
                }
            }
            complete = true;
            return deliveries;
        } finally {
            if (!complete) {
                // nobody will be handed these
                deliveries.forEach(SinkDelivery::giveBackUnbegun);
            }
        }
    }

    /** Null when it is held already, or is no event and therefore done with. */
    private @Nullable SinkDelivery<T> admit(List<@Nullable Object> entry, long earlier, long before)
            throws InterruptedException {
        EventId id = Entries.id(entry);
        if (inFlight.holds(id) || settlement.isGivingUp(id)) {
            return null;
        }
        if (entry.get(1) == null) {
            reports.gone(id);
            settlement.ackLater(id);
            return null;
        }
        if (options.topics() != TopicFilter.all() && !options.topics().accepts(Entries.topic(entry))) {
            reports.counters().filtered.increment();
            settlement.ackLater(id);
            return null;
        }
        if (earlier >= SinkDelivery.TRIED_ALONE) {
            long deliveries = earlier - SinkDelivery.TRIED_ALONE;
            settlement.giveUp(id, Entries.fields(entry), "its consumer died while it was tried alone", deliveries);
            return null;
        }
        try {
            SinkDelivery<T> delivery = new SinkDelivery<>(
                    source, source.decode(entry, id), (int) earlier + 1, earlier >= options.maxDeliveries(), before);
            if (!inFlight.add(delivery) || !passesOrIsGivenBack(delivery)) {
                return null;
            }
            if (earlier > 0) {
                reports.counters().redelivered.increment();
            }
            return delivery;
        } catch (MalformedEntryException e) {
            settlement.giveUp(id, Entries.fields(entry), String.valueOf(e.getMessage()), earlier);
            return null;
        }
    }

    private boolean passesOrIsGivenBack(SinkDelivery<T> delivery) {
        boolean complete = false;
        try {
            boolean passes = passes(delivery);
            complete = true;
            return passes;
        } finally {
            if (!complete) {
                delivery.giveBackUnbegun();
            }
        }
    }

    /** Whether the filter lets it pass; otherwise it is settled here. */
    boolean passes(SinkDelivery<T> delivery) {
        if (options.filter().isEmpty()) {
            return true;
        }
        try {
            if (options.filter().get().test(delivery.event())) {
                return true;
            }
            reports.counters().filtered.increment();
            delivery.filter();
            delivery.ackLater();
        } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
            LOG.warn(
                    "stream={} event={} attempt={} state=filter-failed",
                    delivery.event().stream(),
                    delivery.id(),
                    delivery.attempt(),
                    e);
            if (delivery.begin()) {
                delivery.end();
                delivery.failed(e);
            }
        }
        return false;
    }
}
