package dev.pulse.stream.internal;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import dev.pulse.stream.StreamFigures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Asks Redis for the figures of a stream, in one script and without any payload. */
final class Figures {
    private static final Script FIGURES = Script.loadRepeatable("/dev/pulse/stream/stream_figures.lua");

    private Figures() {}

    static StreamFigures of(Redis redis, Incarnation incarnation) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(FIGURES, List.of(incarnation.physical()), List.of()));
        List<StreamFigures.Group> groups = new ArrayList<>();
        for (Object group : Replies.list(reply.get(3))) {
            groups.add(group(Replies.list(group)));
        }
        groups.sort(Comparator.comparing(StreamFigures.Group::sink));
        return new StreamFigures(
                incarnation.number(),
                Replies.number(reply.get(0)),
                incarnation.retention().maxLength(),
                id(reply.get(1)),
                id(reply.get(2)),
                groups);
    }

    private static StreamFigures.Group group(List<@Nullable Object> reply) {
        long lag = Replies.number(reply.get(2));
        return new StreamFigures.Group(
                Replies.text(reply.get(0)),
                Replies.number(reply.get(1)),
                lag < 0 ? OptionalLong.empty() : OptionalLong.of(lag));
    }

    private static Optional<EventId> id(@Nullable Object text) {
        EventId id = EventId.parse(Replies.text(text));
        return id.equals(EventId.ZERO) ? Optional.empty() : Optional.of(id);
    }
}
