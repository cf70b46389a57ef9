package dev.pulse.stream.internal;

import dev.pulse.StreamConfigException;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.stream.Retention;
import dev.pulse.wire.StreamKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes another contract for an incarnation, and makes what is there fit it, in one script. */
final class ChangingRetention {
    private static final Logger LOG = LoggerFactory.getLogger(ChangingRetention.class);
    private static final Script CHANGE = Script.loadRepeatable("/dev/pulse/stream/change_retention.lua");

    private final Redis redis;
    private final StreamRecord record;

    ChangingRetention(Redis redis, StreamRecord record) {
        this.redis = redis;
        this.record = record;
    }

    void change(Retention retention) throws InterruptedException {
        Contract wanted = Contract.of(retention);
        Redis call = redis.forOneCall();
        Incarnation known = record.establishWith(call, wanted);
        StreamKeys keys = known.keys();
        List<@Nullable Object> reply = Replies.list(call.eval(
                CHANGE,
                List.of(
                        keys.lifecycle(),
                        known.flat(),
                        known.physical(),
                        keys.resources(),
                        keys.recovery(),
                        keys.idempotency(),
                        keys.once(),
                        keys.onceDue()),
                List.of(known.number(), known.retention().encode(), wanted.encode())));
        switch ((int) Replies.number(reply.getFirst())) {
            case 0 -> throw record.destroyed(known, reply);
            case -1 -> throw record.over(StreamRecord.deadline(reply));
            case -2 ->
                throw new StreamConfigException(
                        "stream \"" + record.stream() + "\" cannot get the deadline " + StreamRecord.deadline(reply)
                                + ", which has passed by Redis' clock",
                        null);
            default -> record.bind(known.keeping(wanted));
        }
        String before = Replies.text(reply.get(1));
        if (!before.equals(wanted.encode())) {
            LOG.info(
                    "stream={} incarnation={} state=retention-changed from=\"{}\" to=\"{}\"",
                    record.stream(),
                    known.number(),
                    before,
                    wanted.encode());
        }
    }
}
