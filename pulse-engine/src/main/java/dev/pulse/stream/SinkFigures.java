package dev.pulse.stream;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a sink gets on. The first four are those of the whole sink, as Redis knows them at this moment; the others those
 * of this one consumer, and of these all from {@code acked} on count from its beginning. All are of its streams together;
 * {@link EventStream#figures} tells lag and pending of each.
 *
 * @param lag how many events no consumer has read yet; empty before Redis 7.0, where it lost count, and while it is away
 * @param pending how many events are read and not acknowledged; empty while Redis is away
 * @param oldestPending how long ago the oldest of these was added; empty when there is none
 * @param cursorDistance how far the durable cursor is behind the last event that was handed out, by the times at which
 *     these were added: should the group be lost, it begins again there, and what was acknowledged in between comes once
 *     more; empty while Redis is away, or has lost the cursor. With several streams the longest
 * @param inFlight what this consumer has read, and not settled or set aside
 * @param parked what failed and waits for another try, and what waits for it because of its key
 * @param acked events that were acknowledged, those without a delivery not counted
 * @param failed deliveries that failed: the handler or the filter threw, or {@code nack} was called
 * @param dead events that became dead letters
 * @param redelivered deliveries that were not the first of their event
 * @param extended how often an ack deadline was begun anew, each event counted
 * @param lostLeases events whose ack deadline passed, or that took too long, while they were held
 * @param dropped events that were trimmed before they were done, and others that could not become dead letters
 * @param trimmed events that were trimmed before any consumer of the sink read them, as far as this consumer was the one
 *     to notice; those of gaps without a count are not among them
 * @param gaps how often it noticed such a loss; each is told as {@link dev.pulse.PulseEvent.SinkGap}
 * @param filtered events that were acknowledged without a delivery, as the filters say
 */
public record SinkFigures(
        OptionalLong lag,
        OptionalLong pending,
        Optional<Duration> oldestPending,
        Optional<Duration> cursorDistance,
        long inFlight,
        long parked,
        long acked,
        long failed,
        long dead,
        long redelivered,
        long extended,
        long lostLeases,
        long dropped,
        long trimmed,
        long gaps,
        long filtered) {}
