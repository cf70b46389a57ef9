package dev.pulse.map.internal;

import dev.pulse.PulseEvent;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a replica says of itself: each thing is counted, logged in one line and told to the listener, as far as that helps. */
final class MapReports {
    private static final Logger LOG = LoggerFactory.getLogger(MapReports.class);

    /** Anybody may publish nonsense as often as they like. */
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    final LongAdder applied = new LongAdder();
    final LongAdder snapshots = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder regressions = new LongAdder();
    final LongAdder malformed = new LongAdder();
    final LongAdder coalesced = new LongAdder();

    private final String map;
    private final Signals signals;
    /* of who follows what is published */
    private long malformedLoggedAt = System.nanoTime() - BETWEEN_LINES.toNanos();

    MapReports(String map, Signals signals) {
        this.map = map;
        this.signals = signals;
    }

    /** It has all of the content for the first time. */
    void joined(int entries, long revision) {
        LOG.info("map={} state=joined entries={} revision={}", map, entries, revision);
    }

    /** Changes were lost on the way. */
    void gap(long after, long found) {
        gaps.increment();
        LOG.warn("map={} state=gap after={} found={}", map, after, found);
        signals.emit(new PulseEvent.MapGap(map, after, found));
    }

    /** Redis went back. */
    void regressed(long after, long found) {
        regressions.increment();
        LOG.warn("map={} state=regressed after={} found={}", map, after, found);
        signals.emit(new PulseEvent.MapRegressed(map, after, found));
    }

    /** The map came to the end of its time, as was known. */
    void expired(long after, long found) {
        LOG.info("map={} state=expired after={} found={}", map, after, found);
    }

    /** An entry cannot be shown. */
    void dropped(String key, String cause) {
        LOG.debug("map={} key=\"{}\" state=dropped cause=\"{}\"", map, key, cause);
        signals.emit(new PulseEvent.MapValueDropped(map, key, cause));
    }

    /** What was published is no change of a map. */
    void malformed(IllegalArgumentException cause) {
        malformed.increment();
        long now = System.nanoTime();
        if (now - malformedLoggedAt >= BETWEEN_LINES.toNanos()) {
            malformedLoggedAt = now;
            LOG.warn("map={} state=malformed-message count={} cause=\"{}\"", map, malformed.sum(), cause.getMessage());
        }
    }
}
