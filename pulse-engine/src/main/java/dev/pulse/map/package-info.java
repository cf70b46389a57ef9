/**
 * Replicated maps: {@link dev.pulse.map.ReplicatedMap} is read at the speed of local memory, and follows what all processes
 * write. The format is that of Go's {@code rmap} in {@code goa.design/pulse} (v1.6 to v1.10); both can work on the same
 * maps.
 *
 * <p>A map is a hash in Redis with a counter beside its entries, the <em>revision</em>: each write is one script that
 * makes the change, counts it and publishes it with its revision. A replica subscribes first and takes its snapshot, all
 * entries and their revision, once the subscription is confirmed; published changes wait meanwhile. From then on each
 * change is to have the next revision. One that the snapshot held already is passed over; a jump means that changes were
 * lost, a step back that Redis lost the map (it expired, was flushed, or failed over): both lead to a fresh snapshot, and
 * so does each new subscription. What was lost without a trace is found by comparing revisions now and then.
 */
@NullMarked
package dev.pulse.map;

import org.jspecify.annotations.NullMarked;
