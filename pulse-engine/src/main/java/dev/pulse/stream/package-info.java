/**
 * Event streams: {@link dev.pulse.stream.EventStream} appends, a {@link dev.pulse.stream.Reader} sees every event with
 * a cursor of its own, a {@link dev.pulse.stream.Sink} shares events out among its consumers and acknowledges them.
 * The format is that of Go's {@code goa.design/pulse} (v1.6 to v1.10); both can work on the same streams.
 */
@NullMarked
package dev.pulse.stream;

import org.jspecify.annotations.NullMarked;
