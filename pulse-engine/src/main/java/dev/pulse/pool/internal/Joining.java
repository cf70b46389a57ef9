package dev.pulse.pool.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.PoolShutDownException;
import dev.pulse.pool.internal.MemberScripts.Joined;
import dev.pulse.pool.internal.MemberScripts.Member;
import dev.pulse.redis.Redis;
import java.util.Optional;
import java.util.OptionalInt;

/** How a worker becomes a member of a pool, under an id that nobody had before. Used by one thread. */
final class Joining {
    private final NodeWork node;
    private final PoolIncarnation pool;
    private final boolean reasserts;
    private String id = newId();
    private String replaces;
    private OptionalInt slot;
    /** When Redis was first asked, by {@link System#nanoTime}: it may have begun the lease then, whatever came back. */
    private long askedAt = System.nanoTime();

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
        this.reasserts = slot.isPresent();
    }

    private static String newId() {
        return UlidCreator.getMonotonicUlid().toString();
    }

    String id() {
        return id;
    }

    PoolIncarnation pool() {
        return pool;
    }

    /**
     * Joins; can be repeated when it threw. Empty when there is no such incarnation of the pool any more, or others have taken
     * the lease for over.
     *
     * @throws PoolShutDownException when the pool is being shut down
     */
    Optional<LeaseClock> join(Redis call) throws InterruptedException {
        while (true) {
            Ring ring = pool.ring();
            Joined joined = pool.members()
                    .join(
                            call,
                            new MemberScripts.Joining(id, replaces, node.node(), reasserts),
                            slot.isPresent() ? ring.joinedAt(slot.getAsInt(), id) : ring.joinedBy(id, replaces));
            switch (joined) {
                case Member member -> {
                    pool.learn(Ring.parse(member.ringVersion(), member.slots()));
                    if (member.waiting() > 0) {
                        node.wake();
                    }
                    LeaseClock clock = new LeaseClock(
                            askedAt, member.lease(), pool.settings().stopTimeout());
                    if (clock.untilFence(System.nanoTime()) > 0) {
                        return Optional.of(clock);
                    }
                    replaceItself();
                }
                case RingChanged changed -> pool.learn(changed);
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

    /** The answer took so long that the lease may be over: another takes the place before anything was done under the id. */
    private void replaceItself() {
        replaces = id;
        id = newId();
        slot = OptionalInt.empty();
        askedAt = System.nanoTime();
    }
}
