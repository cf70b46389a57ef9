package dev.pulse.pool.internal;

import dev.pulse.redis.Replies;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pool has another ring than the one that was named. Nothing was changed; with this one it can be tried again.
 *
 * @param version the version of the ring
 * @param slots worker ids separated by commas, an empty one is a hole
 * @param isBack whether it is older than the one that was named: Redis fell back to an older state
 */
record RingChanged(long version, String slots, boolean isBack)
        implements JobScripts.Admission,
                PlacementScripts.Batch,
                MemberScripts.Joined,
                MemberScripts.LeftRing,
                MemberScripts.Swept,
                MessageScripts.Sending,
                MessageScripts.Resent,
                MessageScripts.Forwarding {

    /** A newer one. */
    RingChanged(long version, String slots) {
        this(version, slots, false);
    }

    /** From a reply whose second and third part they are. */
    static RingChanged of(List<@Nullable Object> reply, long named) {
        long version = Long.parseLong(Replies.text(reply.get(1)));
        return new RingChanged(version, Replies.text(reply.get(2)), version < named);
    }

    Ring ring() {
        return Ring.parse(version, slots);
    }
}
