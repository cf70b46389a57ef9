package dev.pulse.stream.internal;

import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.EventId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a Redis stream at one moment.
 *
 * @param first the oldest entry; zero when there is none
 * @param last the last id ever given out; zero when the stream is absent
 * @param added how many entries were ever added; -1 before Redis 7.0
 * @param deleted the largest id that was ever deleted by name, trimming does not count; zero before Redis 7.0
 * @param now Redis' clock, in milliseconds since 1970
 */
record StreamLook(long length, EventId first, EventId last, long added, EventId deleted, long now) {
    private static final Script LOOK = Script.loadRepeatable("/dev/pulse/stream/stream_look.lua");

    static StreamLook at(Redis redis, String physical) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.eval(LOOK, List.of(physical), List.of()));
        return new StreamLook(
                Replies.number(reply.get(0)),
                EventId.parse(Replies.text(reply.get(1))),
                EventId.parse(Replies.text(reply.get(2))),
                Replies.number(reply.get(3)),
                EventId.parse(Replies.text(reply.get(4))),
                Replies.number(reply.get(5)));
    }

    boolean isCounted() {
        return added >= 0;
    }

    /** How many entries are gone; those before {@link #first} when none was deleted after it. */
    long removed() {
        return added - length;
    }
}
