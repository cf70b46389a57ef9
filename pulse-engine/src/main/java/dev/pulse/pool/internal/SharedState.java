package dev.pulse.pool.internal;

import dev.pulse.pool.PoolSettings;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all nodes of an incarnation share, from its meta hash.
 *
 * @param ring who is alive
 * @param settings as agreed
 * @param onHold whether nothing is handed out, by request
 */
record SharedState(Ring ring, Agreed settings, boolean onHold) {
    private static final String LEASE = "T";
    private static final String STOP_TIMEOUT = "S";
    private static final String QUEUE_LIMIT = "max";
    private static final String MESSAGE_LIMIT = "mmax";
    private static final String RETENTION = "ret";
    private static final String DEAD_RETENTION = "dret";
    private static final String DEAD_LIMIT = "dmax";

    /** Settings that all nodes share, and how often they were changed. */
    record Agreed(long version, PoolSettings settings) {}

    /** Empty when there is no such incarnation. */
    static Optional<SharedState> read(Redis redis, PoolKeys keys) throws InterruptedException {
        List<@Nullable Object> meta = Replies.list(redis.call(Command.repeatable("HMGET")
                .key(keys.meta())
                .arg("v")
                .arg("ring")
                .arg("cv")
                .arg(LEASE)
                .arg(STOP_TIMEOUT)
                .arg(QUEUE_LIMIT)
                .arg(RETENTION)
                .arg(DEAD_RETENTION)
                .arg(DEAD_LIMIT)
                .arg("hold")));
        if (meta.getFirst() == null) {
            return Optional.empty();
        }
        Object ring = meta.get(1);
        PoolSettings settings = new PoolSettings(
                millis(meta.get(3)),
                millis(meta.get(4)),
                (int) number(meta.get(5)),
                millis(meta.get(6)),
                millis(meta.get(7)),
                (int) number(meta.get(8)));
        return Optional.of(new SharedState(
                Ring.parse(number(meta.getFirst()), ring == null ? "" : Replies.text(ring)),
                new Agreed(number(meta.get(2)), settings),
                number(meta.get(9)) > 0));
    }

    /** Settings by the names of their fields, times in ms. */
    static Map<String, Long> fields(PoolSettings settings) {
        Map<String, Long> fields = new LinkedHashMap<>();
        fields.put(LEASE, settings.lease().toMillis());
        fields.put(STOP_TIMEOUT, settings.stopTimeout().toMillis());
        fields.put(QUEUE_LIMIT, (long) settings.queueLimit());
        fields.put(MESSAGE_LIMIT, (long) settings.queueLimit());
        fields.put(RETENTION, settings.outcomeRetention().toMillis());
        fields.put(DEAD_RETENTION, settings.deadRetention().toMillis());
        fields.put(DEAD_LIMIT, (long) settings.deadLimit());
        return fields;
    }

    private static Duration millis(@Nullable Object text) {
        return Duration.ofMillis(number(text));
    }

    private static long number(@Nullable Object text) {
        return Long.parseLong(Replies.text(text));
    }
}
