package dev.pulse.stream;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How much a stream holds at one moment, and how far its sinks are.
 *
 * @param incarnation which life of the stream this is, from 1
 * @param length how many events it holds
 * @param maxLength how many it holds at most; 0 for no bound
 * @param first the oldest event; empty when it holds none
 * @param last the newest event; empty when it holds none
 * @param groups its sinks, by name
 */
public record StreamFigures(
        long incarnation,
        long length,
        long maxLength,
        Optional<EventId> first,
        Optional<EventId> last,
        List<Group> groups) {
    /**
     * The consumer group of a sink, in all processes together.
     *
     * @param sink the sink's name
     * @param pending how many events are delivered and not acknowledged
     * @param lag how many events are not delivered yet; empty where Redis does not know it: before 7.0, and after events
     *     between were removed by name
     */
    public record Group(String sink, long pending, OptionalLong lag) {}

    public StreamFigures {
        groups = List.copyOf(groups);
    }
}
