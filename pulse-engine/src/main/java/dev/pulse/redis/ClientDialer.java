package dev.pulse.redis;

import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import org.apache.commons.pool2.PooledObjectFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Pool;

/**
 * Makes connections as a Jedis client of the user's makes its own: by the factory of its pool, and outside the pool. They
 * are named and speak RESP2 like all of ours; time-outs of connecting, TLS, credentials and database are the client's.
 */
final class ClientDialer implements Dialer {
    private final UnifiedJedis client;
    private final String clientName;

    ClientDialer(UserClient target, String clientName) {
        this.client = target.client();
        this.clientName = clientName;
    }

    /** The address is for clients of a cluster; the others have one place to connect to. */
    @Override
    public Connection dial(Address address, String role, Duration timeout) {
        String where = address.toString();
        PooledObjectFactory<Connection> factory = factory(address);
        Connection made;
        try {
            made = factory.makeObject().getObject();
        } catch (JedisException e) {
            throw Failures.connecting(where, false, timeout, e);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new RedisUnavailableException("cannot connect to Redis at " + where + ": " + e, e);
        }
        Connection connection = new ForeignConnection(made);
        try {
            connection.setSoTimeout((int) timeout.toMillis());
            connection.executeCommand(new CommandArguments(Protocol.Command.HELLO)
                    .add(2)
                    .add("SETNAME")
                    .add("pulse/" + clientName + "/" + role));
            return connection;
        } catch (JedisException e) {
            OwnedConnection.discard(connection);
            throw Failures.connecting(where, false, timeout, e);
        }
    }

    private PooledObjectFactory<Connection> factory(Address address) {
        Pool<Connection> pool = switch (client) {
            case RedisClient single -> single.getPool();
            case RedisSentinelClient sentinel ->
                sentinel.getPrimaryNodesConnectionMap().values().stream()
                        .findFirst()
                        .orElse(null);
            case RedisClusterClient cluster -> poolOf(cluster, address);
            default -> throw new IllegalStateException("unknown client " + client.getClass());
        };
        if (pool == null) {
            throw new RedisUnavailableException("the Jedis client knows no node " + address, null);
        }
        return pool.getFactory();
    }

    private static @Nullable Pool<Connection> poolOf(RedisClusterClient cluster, Address address) {
        Pool<Connection> pool = cluster.getClusterNodes().get(address.toString());
        if (pool == null) {
            try {
                cluster.refreshClusterTopology();
            } catch (JedisException e) {
                throw new RedisUnavailableException(
                        "the Jedis client knows no node " + address + ": " + Failures.rootMessage(e), e);
            }
            pool = cluster.getClusterNodes().get(address.toString());
        }
        return pool;
    }
}
