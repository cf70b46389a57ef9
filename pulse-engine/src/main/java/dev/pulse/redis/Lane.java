package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.task.Backoff;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection that carries the short commands of everybody. A caller on a virtual thread that finds it idle runs its
 * own command on it. As soon as others queue, the lane's thread, the <em>driver</em>, drives: it sends what is queued as
 * one pipeline, reads the replies, wakes the callers, yields once so that they can queue again, and goes on until
 * nothing is left. So a lone caller pays nothing for sharing, many share one write, and nobody waits for a timer.
 *
 * <p>{@code busy} says who has the connection: a lone caller or the driver. Callers never carry the commands of others,
 * so an interrupt, which closes the socket under a virtual thread, costs a caller its own command and nobody else's. Only
 * the driver connects.
 */
final class Lane {
    private static final int BATCH_COMMANDS = 1_000;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final Duration IDLE_BEFORE_PING = Duration.ofSeconds(3);

    private final String role;
    private final Connections connections;
    private final Duration timeout;
    private final LoopSignal signal;
    private final Queue<Call> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final ArrayDeque<Call> sent = new ArrayDeque<>();
    private final Backoff reconnecting = new Backoff(Duration.ofMillis(20), Duration.ofSeconds(1));
    private final Thread driver;
    /** Only used by who has set {@code busy}; only closed, in the end, by others. */
    private volatile @Nullable Connection connection;

    private long lastUse;
    private volatile boolean driverRests;
    private volatile boolean closed;
    private volatile @Nullable PulseException connectFailure;

    /** Takes over the first connection and starts its driver. */
    Lane(String role, Connection first, Connections connections, Duration timeout, LoopSignal signal) {
        this.role = role;
        this.connection = first;
        this.connections = connections;
        this.timeout = timeout;
        this.signal = signal;
        this.lastUse = System.nanoTime();
        this.driver = Tasks.start(signal.name(), this::drive);
    }

    /**
     * Carries the call until it is settled or the deadline, by {@link System#nanoTime}, has passed. If it is not settled
     * then, the caller tries to withdraw it; where that fails it was sent and its outcome is unknown.
     *
     * @throws InterruptedException when interrupted while waiting; the call says how far it came
     */
    void carry(Call call, long deadline) throws InterruptedException {
        if (queue.isEmpty() && Thread.currentThread().isVirtual() && busy.compareAndSet(false, true)) {
            boolean alone;
            try {
                alone = connection != null && !closed;
                if (alone) {
                    call.take();
                    exchange(call);
                }
            } finally {
                release();
            }
            if (alone) {
                return;
            }
        }
        queue.add(call);
        wakeDriver();
        while (!call.isSettled() && !closed) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, left);
            if (!call.isSettled() && Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Why there is no connection, if there is none. */
    @Nullable PulseException connectFailure() {
        return connectFailure;
    }

    private void wakeDriver() {
        if (driverRests) {
            LockSupport.unpark(driver);
        }
    }

    private void release() {
        busy.set(false);
        if (!queue.isEmpty() || connection == null || closed) {
            wakeDriver();
        }
    }

    /** A lone caller's own command. */
    private void exchange(Call call) {
        Connection own = connection;
        if (own == null) {
            throw new IllegalStateException("lane " + role + " has no connection");
        }
        sent.add(call);
        try {
            call.send(own);
            receive(own);
        } catch (JedisException e) {
            breakUp(e);
        }
        lastUse = System.nanoTime();
    }

    private void drive() {
        while (!closed) {
            driverRests = true;
            if (queue.isEmpty() && connection != null) {
                LockSupport.parkNanos(this, IDLE_BEFORE_PING.toNanos());
            } else if (busy.get()) {
                LockSupport.park(this);
            }
            driverRests = false;
            if (busy.compareAndSet(false, true)) {
                try {
                    driveUntilIdle();
                } finally {
                    busy.set(false);
                }
            }
        }
        signal.close();
        driverRests = true;
        while (!busy.compareAndSet(false, true)) {
            LockSupport.park(this);
        }
        // busy stays set: nobody uses the lane any more
        Connection last = connection;
        connection = null;
        if (last != null) {
            OwnedConnection.discard(last);
        }
        for (Call call = queue.poll(); call != null; call = queue.poll()) {
            call.wakeCaller();
        }
    }

    private void driveUntilIdle() {
        boolean idle = queue.isEmpty();
        if (connection == null && !connect()) {
            return;
        }
        if (idle && System.nanoTime() - lastUse >= IDLE_BEFORE_PING.toNanos()) {
            ping();
        }
        Connection own;
        while (!closed && (own = connection) != null && !queue.isEmpty()) {
            pipeline(own);
            // the callers just woken run now and queue again, so that the next pipeline is long
            Thread.yield();
        }
    }

    private void pipeline(Connection own) {
        try {
            int commands = 0;
            int bytes = 0;
            while (commands < BATCH_COMMANDS && bytes < BATCH_BYTES) {
                Call call = queue.poll();
                if (call == null) {
                    break;
                }
                if (call.take()) {
                    sent.add(call);
                    call.send(own);
                    bytes += call.bytes();
                    commands += call.commands().size();
                }
            }
            receive(own);
            signal.works();
        } catch (JedisException e) {
            breakUp(e);
        }
        lastUse = System.nanoTime();
    }

    private void receive(Connection own) {
        for (Call call = sent.peek(); call != null; call = sent.peek()) {
            call.receive(own);
            sent.remove();
        }
    }

    /** The connection is of no more use; what was sent and not answered is lost. */
    private void breakUp(JedisException cause) {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            OwnedConnection.discard(broken);
        }
        for (Call call = sent.poll(); call != null; call = sent.poll()) {
            call.lose(cause);
        }
        if (!Thread.currentThread().isInterrupted() && !closed) {
            signal.fails(cause);
        }
    }

    private void ping() {
        Call ping = new Call(List.of(Command.repeatable("PING")));
        ping.take();
        exchange(ping);
        if (ping.lost() == null) {
            signal.works();
        }
    }

    private boolean connect() {
        try {
            connection = connections.open(role, timeout);
            connectFailure = null;
            lastUse = System.nanoTime();
            reconnecting.reset();
            signal.works();
            return true;
        } catch (PulseException e) {
            connectFailure = e;
            signal.fails(e);
            LockSupport.parkNanos(this, reconnecting.next().toNanos());
            return false;
        }
    }

    /**
     * Ends the driver and the connection. What is queued stays unsent, for its callers to withdraw; what is sent may
     * finish until the deadline, by {@link System#nanoTime}, and is lost then.
     */
    void close(long deadline) {
        closed = true;
        LockSupport.unpark(driver);
        boolean ended = false;
        try {
            ended = Tasks.join(driver, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Connection last = connection;
        if (!ended && last != null) {
            // ends the socket read that the driver, or a lone caller, sits in
            OwnedConnection.discard(last);
        }
    }
}
