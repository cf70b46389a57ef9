package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.stream.SinkFigures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds up what Redis knows of a sink's streams, and what one consumer counts. */
final class FiguresOfSink {
    private static final Logger LOG = LoggerFactory.getLogger(FiguresOfSink.class);

    private boolean reached = true;
    private boolean knowsLag = true;
    private long lag;
    private long pending;
    private long oldestMillis = -1;
    private long distanceMillis = -1;

    private FiguresOfSink() {}

    static <T> SinkFigures of(List<SinkSource<T>> sources, Room<T> room, SinkCounters counters)
            throws InterruptedException {
        FiguresOfSink sum = new FiguresOfSink();
        for (SinkSource<T> source : sources) {
            sum.add(source);
        }
        return new SinkFigures(
                sum.reached && sum.knowsLag ? OptionalLong.of(sum.lag) : OptionalLong.empty(),
                sum.reached ? OptionalLong.of(sum.pending) : OptionalLong.empty(),
                sum.known(sum.oldestMillis),
                sum.known(sum.distanceMillis),
                room.counted(),
                room.aside(),
                counters.acked.sum(),
                counters.failed.sum(),
                counters.dead.sum(),
                counters.redelivered.sum(),
                counters.extended.sum(),
                counters.lostLeases.sum(),
                counters.dropped.sum(),
                counters.trimmed.sum(),
                counters.gaps.sum(),
                counters.filtered.sum());
    }

    private Optional<Duration> known(long millis) {
        return reached && millis >= 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }

    private void add(SinkSource<?> source) throws InterruptedException {
        if (!reached) {
            // each would wait anew for a Redis that is away
            return;
        }
        List<Long> known = List.of();
        try {
            known = source.group().figures();
        } catch (PulseException | IllegalStateException e) {
            // Redis is away, or this is closed: what is known here is still worth having
            LOG.debug("stream={} figures=local", source.stream(), e);
        }
        if (known.isEmpty()) {
            reached = false;
        } else {
            knowsLag &= known.get(0) >= 0;
            lag += known.get(0);
            pending += known.get(1);
            oldestMillis = Math.max(oldestMillis, known.get(2));
            distanceMillis = Math.max(distanceMillis, known.get(3));
        }
    }
}
