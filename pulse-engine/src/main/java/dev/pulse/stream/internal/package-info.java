/** How streams, readers and sinks work; not exported. {@link dev.pulse.stream.internal.Streams} is the way in. */
@NullMarked
package dev.pulse.stream.internal;

import org.jspecify.annotations.NullMarked;
