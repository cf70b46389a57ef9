package dev.pulse.redis;

import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import redis.clients.jedis.HostAndPort;

/**
 * The loop that notices that a master has moved while connections to the old one hang: one that is frozen, or cut off,
 * tells nobody. Once the new one has proved to be the master, all connections to others are ended, and made anew by those
 * who need them.
 */
final class MasterWatch {
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PROBE = Duration.ofSeconds(1);

    private final MasterFinder finder;
    private final MasterConnections connections;
    private final Primary primary;
    private final Wakeup pause = new Wakeup();
    private final Loop loop;
    private Address at;

    /** Starts it. */
    MasterWatch(MasterFinder finder, MasterConnections connections, Primary primary, Address first, LoopSignal signal) {
        this.finder = finder;
        this.connections = connections;
        this.primary = primary;
        this.at = first;
        this.loop = Loop.start(signal, this::turn);
    }

    private void turn() throws InterruptedException {
        Address told = finder.find();
        if (!told.equals(at)) {
            OwnedConnection.discard(connections.open("probe", PROBE));
            at = told;
        }
        // each time: a sentinel that is behind may have sent a new one to the old master meanwhile
        HostAndPort there = at.forJedis();
        primary.leave(connection -> !there.equals(ForeignConnection.addressOf(connection)));
        pause.await(PERIOD);
    }

    /** Ends it, by the deadline, by {@link System#nanoTime}. */
    void close(long deadline) {
        loop.stop();
        pause.wake();
        boolean ended = false;
        try {
            ended = loop.join(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            loop.interrupt();
        }
        finder.close();
    }
}
