/** What the benchmarks compare: clients that append to a stream, and clients that work off a consumer group. */
@NullMarked
package dev.pulse.jmh.peer;

import org.jspecify.annotations.NullMarked;
