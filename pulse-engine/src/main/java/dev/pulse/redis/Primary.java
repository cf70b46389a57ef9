package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.task.LoopSignal;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

/** Everything that goes to one primary: its {@link Lane}, its {@link LargeCalls}, and the connections of loops. */
final class Primary {
    private static final int LARGE = 256 * 1024;

    private final Connections connections;
    private final Lane lane;
    private final LargeCalls large;
    /** For those that cannot notice by themselves that the primary is somewhere else by now. */
    private final Set<Connection> owned = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /** The first connection is taken over; without one the lane makes it. */
    Primary(Connections connections, @Nullable Connection first, RedisOptions options, LoopSignal signal) {
        this.connections = connections;
        this.large = new LargeCalls(connections);
        this.lane = new Lane("lane", first, connections, options.commandTimeout(), signal);
    }

    /** Carries the call as {@link Lane#carry} or {@link LargeCalls#carry} does. */
    void carry(Call call, long deadline, boolean patient) throws InterruptedException {
        if (call.bytes() > LARGE || call.hasLargeReply()) {
            large.carry(call, deadline);
        } else {
            lane.carry(call, deadline, patient);
        }
    }

    /** A connection for a loop of its own, to be given to {@link #discard}. Throws {@link PulseException}. */
    Connection open(String role, Duration timeout) {
        Connection opened = connections.open(role, timeout);
        owned.add(opened);
        if (closed) {
            // its closing may have looked before
            discard(opened);
        }
        return opened;
    }

    void discard(Connection connection) {
        owned.remove(connection);
        OwnedConnection.discard(connection);
    }

    String where() {
        return connections.where();
    }

    /** Why there is no connection, if there is none. */
    @Nullable
    PulseException connectFailure() {
        return lane.connectFailure();
    }

    /** Ends the connections that lead there: the primary is somewhere else by now. */
    void leave(Predicate<Connection> old) {
        lane.leave(old);
        large.leave(old);
        owned.stream().filter(old).forEach(OwnedConnection::discard);
    }

    /**
     * Nothing goes there any more: what was sent may finish until the deadline, by nanoTime; then what loops read from it
     * ends, too.
     */
    void close(long deadline) {
        closed = true;
        lane.close(deadline);
        large.close(deadline);
        owned.forEach(this::discard);
    }

    /** Whether calls that were not sent are to go somewhere else. */
    boolean isClosed() {
        return closed;
    }
}
