package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/**
 * A Redis Cluster: a primary for each node that is asked for something, made then, and given up when the node serves no
 * slots any more. {@link ClusterWatch} keeps the map of slots true; a redirection corrects one slot at once.
 */
final class Cluster extends Topology {
    private static final Duration LAST_REPLIES = Duration.ofMillis(500);

    private final Dialer dialer;
    private final RedisOptions options;
    private final Signals signals;
    private final ClusterWatch watch;
    private final Map<Address, Primary> primaries = new ConcurrentHashMap<>();
    /** So that no primary is made behind the back of a close. */
    private final ReentrantLock lifecycle = new ReentrantLock();

    private volatile Slots slots;

    private Cluster(
            Dialer dialer, RedisOptions options, Signals signals, ClusterNodes nodes, Slots slots, Greeted first) {
        this.dialer = dialer;
        this.options = options;
        this.signals = signals;
        this.slots = slots;
        primaries.put(first.address(), newPrimary(first.address(), first.connection()));
        this.watch = new ClusterWatch(
                this, nodes, signals.loop("watch of cluster " + options.target().address(), true));
    }

    /** Asks for the map of slots, and greets a primary. Throws {@link PulseException}, naming the nodes asked. */
    static Cluster open(List<Address> seeds, Dialer dialer, RedisOptions options, Signals signals) {
        ClusterNodes nodes = new ClusterNodes(seeds, dialer);
        try {
            Slots slots = nodes.askForSlots();
            Greeted first = greet(slots, dialer, options);
            return new Cluster(dialer, options, signals, nodes, slots, first);
        } catch (RuntimeException e) {
            nodes.close();
            throw e;
        }
    }

    /** The first of the primaries that answers: what hinders all of them is to show at once. */
    private static Greeted greet(Slots slots, Dialer dialer, RedisOptions options) {
        PulseException failure = null;
        for (Address owner : slots.owners()) {
            try {
                return new Greeted(owner, dialer.dial(owner, "lane", options.commandTimeout()));
            } catch (PulseException e) {
                failure = failure == null ? e : failure;
            }
        }
        throw Objects.requireNonNull(failure, "somebody owns slots");
    }

    /** A primary, and a first connection to it. */
    private record Greeted(Address address, Connection connection) {}

    @Override
    @Nullable
    Object[] callAll(List<Command> commands, long deadline, Duration timeout) throws InterruptedException {
        boolean patient = isPatient(deadline, options.commandTimeout());
        return new ClusterCalls(this, commands, deadline, timeout).run(patient);
    }

    @Override
    Primary primaryFor(Command command) {
        byte[] key = command.firstKey();
        Address owner = key == null ? slots.anyOwner() : slots.ownerOf(key);
        if (owner == null) {
            watch.refreshSoon();
            throw new RedisUnavailableException("no node of the cluster serves the slot of this " + command, null);
        }
        return primary(owner);
    }

    private Primary primary(Address address) {
        Primary known = primaries.get(address);
        if (known != null) {
            return known;
        }
        lifecycle.lock();
        try {
            requireOpen();
            return primaries.computeIfAbsent(address, missing -> newPrimary(missing, null));
        } finally {
            lifecycle.unlock();
        }
    }

    private Primary newPrimary(Address address, @Nullable Connection first) {
        return new Primary(Connections.to(address, dialer), first, options, signals.loop("lane " + address, false));
    }

    @Override
    @Nullable
    Redirection redirection(JedisDataException reply, Primary from) {
        if (reply instanceof JedisMovedDataException moved) {
            Address to = target(moved, from);
            slots.learn(moved.getSlot(), to);
            watch.refreshSoon();
            return new Redirection(primary(to), false);
        }
        return reply instanceof JedisAskDataException ask ? new Redirection(primary(target(ask, from)), true) : null;
    }

    private static Address target(JedisRedirectionException redirection, Primary from) {
        HostAndPort target = redirection.getTargetNode();
        return Address.told(target.getHost(), target.getPort(), Address.of(HostAndPort.from(from.where())));
    }

    void refreshSoon() {
        watch.refreshSoon();
    }

    /** Whether a node does not answer, so that another may take its place soon. */
    boolean isTroubled() {
        return primaries.values().stream().anyMatch(primary -> primary.connectFailure() != null);
    }

    /** Takes over a new map of slots. Callers that wait for a node that serves none any more go somewhere else. */
    void adopt(Slots found) {
        slots = found;
        for (Address address : primaries.keySet()) {
            if (!found.owners().contains(address)) {
                Primary gone = primaries.remove(address);
                if (gone != null) {
                    Tasks.start("retire " + address, () -> gone.close(System.nanoTime() + LAST_REPLIES.toNanos()));
                }
            }
        }
    }

    @Override
    void end(long deadline) {
        watch.close(deadline);
        List<Primary> last;
        lifecycle.lock();
        try {
            last = List.copyOf(primaries.values());
        } finally {
            lifecycle.unlock();
        }
        last.forEach(primary -> primary.close(deadline));
    }
}
