package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/** The nodes that can be asked for the map of slots, and a connection to the one that answered last. For one thread. */
final class ClusterNodes {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final List<Address> seeds;
    private final Dialer dialer;
    private Set<Address> known = Set.of();
    private @Nullable Connection connection;
    private @Nullable Address at;

    /** The seeds are asked when none of the nodes known by then answers. */
    ClusterNodes(List<Address> seeds, Dialer dialer) {
        this.seeds = seeds;
        this.dialer = dialer;
    }

    /** Asks one after the other. Throws {@link PulseException} when none answers: what the first one met. */
    Slots askForSlots() {
        Connection open = connection;
        Address answering = at;
        if (open != null && answering != null) {
            try {
                return ask(open, answering);
            } catch (JedisException | RedisUnavailableException e) {
                // another one may answer
                close();
            }
        }
        Set<Address> candidates = new LinkedHashSet<>(known);
        candidates.addAll(seeds);
        if (answering != null && candidates.remove(answering)) {
            // last: it just failed to
            candidates.add(answering);
        }
        PulseException failure = null;
        for (Address candidate : candidates) {
            try {
                return askAnew(candidate);
            } catch (PulseException e) {
                failure = failure == null ? e : failure;
            }
        }
        throw Objects.requireNonNull(failure, "there is a seed");
    }

    private Slots askAnew(Address node) {
        Connection opened = dialer.dial(node, "watch", PATIENCE);
        try {
            Slots slots = ask(opened, node);
            if (slots.nodes().contains(node)) {
                connection = opened;
                at = node;
            } else {
                // it was called by another name, or is on its way out of the cluster: next time one of those it named
                OwnedConnection.discard(opened);
            }
            return slots;
        } catch (RedisUnavailableException e) {
            OwnedConnection.discard(opened);
            throw e;
        } catch (JedisException e) {
            OwnedConnection.discard(opened);
            throw Failures.asking(node.toString(), "asking " + node + " for the slots of its cluster", e);
        }
    }

    private Slots ask(Connection open, Address node) {
        Object reply = open.executeCommand(new CommandArguments(Protocol.Command.CLUSTER).add("SLOTS"));
        Slots slots = Slots.parse((List<?>) reply, node);
        if (slots.owners().isEmpty()) {
            throw new RedisUnavailableException(
                    "node " + node + " knows nobody who serves slots: it is not, or no longer, part of a cluster",
                    null);
        }
        known = slots.nodes();
        return slots;
    }

    /** Lets go of the connection. */
    void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            OwnedConnection.discard(open);
        }
    }
}
