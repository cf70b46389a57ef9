package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Connections to a master that can move. It is looked for anew each time, and what is found is asked whether it knows
 * that it is the master: those who tell may be behind.
 */
final class MasterConnections implements Connections {
    /** How long a server may take to say that it is the master. */
    private static final Duration PROOF = Duration.ofSeconds(2);

    private final MasterFinder finder;
    private volatile @Nullable Address last;

    MasterConnections(MasterFinder finder) {
        this.finder = finder;
    }

    @Override
    public Connection open(String role, Duration timeout) {
        Address master = finder.find();
        try {
            // one that hangs while another takes its place must not hold up the search for that for as long as commands
            // may take
            Connection opened = finder.dial(master, role, timeout.compareTo(PROOF) < 0 ? timeout : PROOF);
            requireMaster(opened, master);
            opened.setSoTimeout((int) timeout.toMillis());
            last = master;
            return opened;
        } catch (PulseException e) {
            finder.doubt();
            throw e;
        }
    }

    private static void requireMaster(Connection opened, Address address) {
        String role;
        try {
            role = role(opened);
        } catch (JedisException e) {
            OwnedConnection.discard(opened);
            throw Failures.asking(address.toString(), "asking " + address + " for its role", e);
        }
        if (!role.equals("master")) {
            OwnedConnection.discard(opened);
            throw new RedisUnavailableException(
                    "Redis at " + address + " is said to be the master and calls itself a " + role, null);
        }
    }

    /** By HELLO, which users may do who may not do ROLE. */
    private static String role(Connection opened) {
        Object reply = opened.executeCommand(new CommandArguments(Protocol.Command.HELLO));
        List<?> fields = reply instanceof List<?> list ? list : List.of();
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (fields.get(i) instanceof byte[] name
                    && fields.get(i + 1) instanceof byte[] value
                    && new String(name, StandardCharsets.US_ASCII).equals("role")) {
                return new String(value, StandardCharsets.US_ASCII);
            }
        }
        return "server without a role";
    }

    @Override
    public String where() {
        Address known = last;
        return known == null ? finder.name() : known + " (" + finder.name() + ")";
    }
}
