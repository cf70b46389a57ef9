package dev.pulse.stream;

import java.util.Optional;

/**
 * An event that a sink gave up, with what is known about its end. In the dead-letter stream each of these is a header:
 * {@code dead-letter-sink}, {@code dead-letter-cause}, {@code dead-letter-deliveries}, {@code dead-letter-id} and
 * {@code dead-letter-incarnation}.
 *
 * @param id the dead letter's own id, for {@link DeadLetters#replay} and {@link DeadLetters#replayAsNew}
 * @param sink which sink gave it up
 * @param cause why, in words
 * @param deliveries how many deliveries were begun, as far as is known; 0 for an entry that is no event
 * @param originalId the event's id in its stream
 * @param incarnation the incarnation of the stream in which it had that id
 * @param event the event as it was, without the headers above; empty when it is none, or the codec cannot read it
 */
public record DeadLetter<T>(
        EventId id,
        String sink,
        String cause,
        int deliveries,
        EventId originalId,
        long incarnation,
        Optional<Event<T>> event) {}
