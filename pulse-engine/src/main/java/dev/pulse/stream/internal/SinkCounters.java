package dev.pulse.stream.internal;

import java.util.concurrent.atomic.LongAdder;

/** What one consumer of a sink counts. */
final class SinkCounters {
    final LongAdder acked = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder dead = new LongAdder();
    final LongAdder redelivered = new LongAdder();
    final LongAdder extended = new LongAdder();
    final LongAdder lostLeases = new LongAdder();
    final LongAdder dropped = new LongAdder();
    final LongAdder trimmed = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder filtered = new LongAdder();
}
