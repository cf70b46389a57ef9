package dev.pulse.stream.internal;

import dev.pulse.PulseEvent;
import dev.pulse.stream.EventId;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a sink says of one of its streams: each thing is counted, logged in one line and told to the listener. */
final class SinkReports {
    private static final Logger LOG = LoggerFactory.getLogger(SinkReports.class);

    private final StreamRecord record;
    private final Signals signals;
    private final SinkCounters counters;
    private final String sink;

    SinkReports(StreamRecord record, Signals signals, SinkCounters counters, String sink) {
        this.record = record;
        this.signals = signals;
        this.counters = counters;
        this.sink = sink;
    }

    SinkCounters counters() {
        return counters;
    }

    private String stream() {
        return record.stream();
    }

    /** An entry was trimmed or deleted before it was handled. */
    void gone(EventId id) {
        dropped(id, "trimmed or deleted from the stream before it was acknowledged");
    }

    /** An entry will not be handled. */
    void dropped(EventId id, String cause) {
        counters.dropped.increment();
        LOG.warn("stream={} sink={} event={} state=dropped cause=\"{}\"", stream(), sink, id, cause);
        signals.emit(new PulseEvent.EntryDropped(stream(), id.toString(), cause));
    }

    /** An event stands among the dead letters now. */
    void deadLettered(EventId id, String cause) {
        counters.dead.increment();
        LOG.warn("stream={} sink={} event={} state=dead-lettered cause=\"{}\"", stream(), sink, id, cause);
        signals.emit(new PulseEvent.DeadLettered(stream(), sink, id.toString(), cause));
    }

    /** The ack deadline of an event passed while it was held here. */
    void leaseLost(EventId id) {
        counters.lostLeases.increment();
        LOG.warn("stream={} sink={} event={} state=lease-lost", stream(), sink, id);
        signals.emit(new PulseEvent.LeaseLost(stream(), sink, id.toString()));
    }

    /** An event was worked on for too long. */
    void tookTooLong(EventId id, Duration longest) {
        counters.lostLeases.increment();
        LOG.warn(
                "stream={} sink={} event={} state=released cause=\"worked on for more than {}\"",
                stream(),
                sink,
                id,
                longest);
        signals.emit(new PulseEvent.LeaseLost(stream(), sink, id.toString()));
    }

    /**
     * Events were trimmed before the sink read them.
     *
     * @param after how far it had come
     * @param first the oldest event that is kept
     * @param count empty when nobody knows it
     */
    void lost(String after, String first, OptionalLong count) {
        counters.gaps.increment();
        counters.trimmed.add(count.orElse(0));
        LOG.warn(
                "stream={} sink={} state=gap after={} first={} lost={}",
                stream(),
                sink,
                after,
                first,
                count.isPresent() ? count.getAsLong() : "unknown");
        signals.emit(new PulseEvent.SinkGap(stream(), sink, after, first, count));
    }

    /** The group is there, made just now. */
    void groupMade(String after) {
        LOG.info("stream={} sink={} state=group-made after={}", stream(), sink, after);
    }

    /** The group was gone, and is there again. */
    void groupLost() {
        LOG.warn("stream={} sink={} state=group-lost-and-made-again", stream(), sink);
        signals.emit(new PulseEvent.GroupLost(stream(), sink));
    }

    /** A consumer that was gone is forgotten. */
    void swept(String consumer) {
        LOG.info("stream={} sink={} consumer={} state=swept", stream(), sink, consumer);
    }

    /** The stream's incarnation is over. */
    void destroyed() {
        record.reportDestroyed(LOG, signals);
    }
}
