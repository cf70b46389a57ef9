package dev.pulse.pool.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.PoolShutDownException;
import dev.pulse.pool.internal.MemberScripts.Joined;
import dev.pulse.pool.internal.MemberScripts.Member;
import dev.pulse.redis.Redis;
import java.util.Optional;
import java.util.OptionalInt;

/** One attempt of a worker to become a member of a pool, under an id of its own. Used by one thread. */
final class Joining {
    private final NodeWork node;
    private final PoolIncarnation pool;
    private final String id = UlidCreator.getMonotonicUlid().toString();
    private final String replaces;
    private final OptionalInt slot;
    /** When Redis was first asked, by {@link System#nanoTime}: it may have begun the lease then, whatever came back. */
    private final long askedAt = System.nanoTime();

    /**
     * @param replaces the worker whose slot it takes, none of whose handlers runs any more; empty for none
     * @param slot where it stood in the ring that Redis lost, when handlers run that it is going to re-assert: if all come
     *     back to where they were, no job moves
     */
    Joining(NodeWork node, PoolIncarnation pool, String replaces, OptionalInt slot) {
        this.node = node;
        this.pool = pool;
        this.replaces = replaces;
        this.slot = slot;
    }

    String id() {
        return id;
    }

    PoolIncarnation pool() {
        return pool;
    }

    /**
     * Joins; can be repeated when it threw. Empty when there is no such incarnation of the pool any more, or the lease is
     * over before it was known.
     *
     * @throws PoolShutDownException when the pool is being shut down
     */
    Optional<LeaseClock> join(Redis call) throws InterruptedException {
        while (true) {
            Ring ring = pool.ring();
            Joined joined = pool.members()
                    .join(
                            call,
                            new MemberScripts.Joining(id, replaces, node.node(), slot.isPresent()),
                            slot.isPresent() ? ring.joinedAt(slot.getAsInt(), id) : ring.joinedBy(id, replaces));
            switch (joined) {
                case Member member -> {
                    pool.learn(Ring.parse(member.ringVersion(), member.slots()));
                    if (member.waiting() > 0) {
                        node.wake();
                    }
                    return Optional.of(new LeaseClock(
                            askedAt, member.lease(), pool.settings().stopTimeout()));
                }
                case RingChanged changed -> pool.learn(Ring.parse(changed.version(), changed.slots()));
                case LeaseLost lost -> {
                    return Optional.empty();
                }
                case Closing closing ->
                    throw new PoolShutDownException("pool \"" + node.pool() + "\" is being shut down", null);
                case Gone gone -> {
                    return Optional.empty();
                }
            }
        }
    }
}
