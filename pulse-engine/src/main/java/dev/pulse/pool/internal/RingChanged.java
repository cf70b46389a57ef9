package dev.pulse.pool.internal;

import dev.pulse.redis.Replies;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pool has another ring than the one that was named. Nothing was changed; with this one it can be tried again.
 *
 * @param version the version of the ring
 * @param slots worker ids separated by commas, an empty one is a hole
 */
record RingChanged(long version, String slots)
        implements JobScripts.Admission,
                PlacementScripts.Batch,
                MemberScripts.Joined,
                MemberScripts.LeftRing,
                MemberScripts.Swept,
                MessageScripts.Sending,
                MessageScripts.Resent,
                MessageScripts.Forwarding {

    /** From a reply whose second and third part they are. */
    static RingChanged of(List<@Nullable Object> reply) {
        return new RingChanged(Long.parseLong(Replies.text(reply.get(1))), Replies.text(reply.get(2)));
    }
}
