package dev.pulse.stream.internal;

import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.StreamKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends an incarnation. The first script ends it for everybody and deletes its events; what else it owns goes in pages,
 * each by a script that names the keys. Whoever destroys again takes up where another was interrupted.
 */
final class Destroying {
    private static final Logger LOG = LoggerFactory.getLogger(Destroying.class);
    private static final Script DESTROY = Script.loadRepeatable("/dev/pulse/stream/destroy.lua");
    private static final Script SWEEP = Script.loadRepeatable("/dev/pulse/stream/destroy_resources.lua");
    private static final int PAGE = 100;

    private final Redis redis;
    private final StreamRecord record;

    Destroying(Redis redis, StreamRecord record) {
        this.redis = redis;
        this.record = record;
    }

    void destroy() throws InterruptedException {
        Redis call = redis.forOneCall();
        Optional<StreamKeys> target = record.toDestroy(call);
        if (target.isEmpty()) {
            return;
        }
        StreamKeys keys = target.get();
        long outcome = Replies.number(call.eval(
                DESTROY,
                List.of(
                        keys.lifecycle(),
                        keys.physical(),
                        keys.recovery(),
                        keys.membership().content()),
                List.of(keys.incarnation(), keys.membership().channel())));
        if (outcome > 0) {
            LOG.info("stream={} incarnation={} state=destroyed", keys.stream(), keys.incarnation());
        }
        boolean more = outcome >= 0;
        while (more) {
            more = sweepPage(keys);
        }
    }

    /** Deletes some more of what it owns; false when nothing is left. A step of its own, as long as it may take. */
    private boolean sweepPage(StreamKeys keys) throws InterruptedException {
        Redis call = redis.forOneCall();
        List<Object> page = page(call, keys);
        return !page.isEmpty() && sweep(call, keys, page);
    }

    private static List<Object> page(Redis call, StreamKeys keys) throws InterruptedException {
        List<@Nullable Object> members = Replies.list(call.call(
                Command.repeatable("SRANDMEMBER").key(keys.resources()).arg(PAGE)));
        List<Object> page = new ArrayList<>(members.size());
        members.forEach(member -> page.add(Replies.bytes(member)));
        return page;
    }

    /** Deletes these and takes them off the list; false when the incarnation is not over. */
    private static boolean sweep(Redis call, StreamKeys keys, List<Object> page) throws InterruptedException {
        List<Object> names = new ArrayList<>(page.size() + 2);
        names.add(keys.lifecycle());
        names.add(keys.resources());
        names.addAll(page);
        return Replies.number(call.eval(SWEEP, names, List.of(keys.incarnation()))) == 1;
    }
}
