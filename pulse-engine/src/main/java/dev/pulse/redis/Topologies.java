package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Signals;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;

/** Connects for the first time, to whatever kind of Redis the target is. */
final class Topologies {
    private Topologies() {}

    /** Tries once. Throws {@link PulseException}, naming where and why. */
    static Topology open(RedisOptions options, Signals signals) {
        return switch (options.target()) {
            case RedisUri uri -> open(uri, options, signals);
            case UserClient client -> open(client, options, signals);
        };
    }

    private static Topology open(RedisUri uri, RedisOptions options, Signals signals) {
        return switch (uri.kind()) {
            case SINGLE -> {
                Address address = uri.addresses().getFirst();
                yield fixed(Connections.to(address, OwnDialer.toRedis(options, uri)), options, signals);
            }
            case SENTINEL -> moving(new SentinelFinder(options, uri), options, signals);
            case CLUSTER -> Cluster.open(uri.addresses(), OwnDialer.toRedis(options, uri), options, signals);
        };
    }

    private static Topology open(UserClient target, RedisOptions options, Signals signals) {
        Dialer dialer = new ClientDialer(target, options.clientName());
        return switch (target.client()) {
            case RedisClusterClient cluster -> Cluster.open(addresses(cluster), dialer, options, signals);
            case RedisSentinelClient sentinel -> moving(new ClientFinder(sentinel, dialer), options, signals);
            default -> fixed(new ClientConnections(dialer), options, signals);
        };
    }

    private static List<Address> addresses(RedisClusterClient client) {
        List<Address> nodes = client.getClusterNodes().keySet().stream()
                .map(HostAndPort::from)
                .map(Address::of)
                .toList();
        if (nodes.isEmpty()) {
            throw new RedisUnavailableException("the Jedis client knows no node of its cluster", null);
        }
        return nodes;
    }

    private static Topology fixed(Connections connections, RedisOptions options, Signals signals) {
        Connection first = connections.open("lane", options.commandTimeout());
        Primary primary = new Primary(connections, first, options, signals.loop("lane " + connections.where(), true));
        return new OnePrimary(primary, options.commandTimeout(), null);
    }

    private static Topology moving(MasterFinder finder, RedisOptions options, Signals signals) {
        MasterConnections connections = new MasterConnections(finder);
        Connection first;
        try {
            first = connections.open("lane", options.commandTimeout());
        } catch (RuntimeException e) {
            finder.close();
            throw e;
        }
        Address at = Address.of(ForeignConnection.addressOf(first));
        Primary primary = new Primary(connections, first, options, signals.loop("lane " + finder.name(), true));
        MasterWatch watch =
                new MasterWatch(finder, connections, primary, at, signals.loop("watch of " + finder.name(), false));
        return new OnePrimary(primary, options.commandTimeout(), watch);
    }
}
