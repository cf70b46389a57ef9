package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

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
    /**
     * What a connection takes without waiting for Redis, so that writing it cannot hang: all before it was answered, so
     * the buffers on the way are empty, and the least that systems give them together is more.
     */
    private static final int UNGUARDED_BYTES = 64 * 1024;

    private static final Duration IDLE_BEFORE_PING = Duration.ofSeconds(3);
    /** With the wait before it, a dead Redis shows within 10 s however long commands may take. */
    private static final Duration LONGEST_PING = Duration.ofSeconds(5);

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
    private volatile Predicate<Connection> outdated = any -> false;
    private volatile boolean renew;
    private volatile boolean closed;
    private volatile @Nullable PulseException connectFailure;

    /** Whether the last connection ended because it led to a server that is not the primary. */
    private boolean misdirected;
    /** The one after it has answered nothing yet. */
    private boolean unproven;

    /** Starts its driver. Takes over the first connection; without one, the driver makes it. */
    Lane(String role, @Nullable Connection first, Connections connections, Duration timeout, LoopSignal signal) {
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
     * @param mayRunAlone whether the caller can wait as long as the lane's connection does: one that cannot must not
     *     read from it, for giving up there would cost everybody the connection
     * @throws InterruptedException when interrupted while waiting; the call says how far it came
     */
    void carry(Call call, long deadline, boolean mayRunAlone) throws InterruptedException {
        if (mayRunAlone && queue.isEmpty() && Thread.currentThread().isVirtual() && busy.compareAndSet(false, true)) {
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
        while (!call.isSettled()) {
            // what was sent still has its reply, or its loss, to come
            if (closed && call.withdraw()) {
                return;
            }
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
    @Nullable
    PulseException connectFailure() {
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
            roundTrip(own, call.bytes());
            if (misdirected) {
                leaveWrongServer();
            } else if (unproven) {
                unproven = false;
                signal.works();
            }
        } catch (RuntimeException | Error e) {
            breakUp(e);
        }
        lastUse = System.nanoTime();
    }

    private void drive() {
        while (!closed) {
            driverRests = true;
            if (queue.isEmpty() && connection != null && !renew) {
                LockSupport.parkNanos(this, IDLE_BEFORE_PING.toNanos());
            } else if (busy.get()) {
                LockSupport.park(this);
            }
            driverRests = false;
            if (busy.compareAndSet(false, true)) {
                try {
                    driveUntilIdle();
                } catch (RuntimeException | Error e) {
                    // without its driver the lane would be dead, and nobody would know
                    breakUp(e);
                    pauseBeforeReconnecting();
                } finally {
                    busy.set(false);
                }
            }
        }
        signal.close();
        driverRests = true;
        while (!busy.compareAndSet(false, true)) {
            LockSupport.park(this);
            // a park does not wait while the flag of the hard phase is set
            Thread.interrupted();
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
        if (renew) {
            renew = false;
            leaveOld();
        }
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
        int commands = 0;
        int bytes = 0;
        while (commands < BATCH_COMMANDS && bytes < BATCH_BYTES) {
            Call call = queue.poll();
            if (call == null) {
                break;
            }
            if (call.take()) {
                sent.add(call);
                bytes += call.bytes();
                commands += call.commands().size();
            }
        }
        try {
            roundTrip(own, bytes);
            if (misdirected) {
                leaveWrongServer();
            } else {
                signal.works();
            }
        } catch (RuntimeException | Error e) {
            breakUp(e);
        }
        lastUse = System.nanoTime();
    }

    /** Sends what is in {@code sent} and receives the replies. */
    private void roundTrip(Connection own, int bytes) {
        if (bytes <= UNGUARDED_BYTES) {
            sent.forEach(call -> call.send(own));
        } else {
            try (Guard guard = Guard.over(own, System.nanoTime() + timeout.toNanos())) {
                sent.forEach(call -> call.send(own));
                // the last bytes leave the buffer with the first read
                receiveFirst(own);
            }
        }
        while (!sent.isEmpty()) {
            receiveFirst(own);
        }
    }

    private void receiveFirst(Connection own) {
        Call first = sent.peek();
        if (first != null) {
            first.receive(own);
            sent.remove();
            if (first.isMisdirected()) {
                misdirected = true;
            }
        }
    }

    /** All was answered; so nothing is lost by looking for the primary anew. */
    private void leaveWrongServer() {
        Connection wrong = connection;
        if (wrong != null) {
            connection = null;
            OwnedConnection.discard(wrong);
            signal.fails(new RedisUnavailableException(
                    "Redis at " + connections.where() + " is not the primary, or not yet again", null));
        }
    }

    /** The connection is of no more use; what was sent and not answered is lost. */
    private void breakUp(Throwable cause) {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            OwnedConnection.discard(broken);
        }
        loseSent(cause);
        if (!Thread.currentThread().isInterrupted() && !closed) {
            signal.fails(cause);
        }
    }

    private void loseSent(Throwable cause) {
        for (Call call = sent.poll(); call != null; call = sent.poll()) {
            call.lose(cause);
        }
    }

    private void ping() {
        Call ping = new Call(List.of(Command.repeatable("PING")));
        ping.take();
        if (timeout.compareTo(LONGEST_PING) <= 0) {
            exchange(ping);
        } else if (connection != null) {
            try (Guard guard = Guard.over(connection, System.nanoTime() + LONGEST_PING.toNanos())) {
                exchange(ping);
            }
        }
        if (ping.lost() == null) {
            signal.works();
        }
    }

    /**
     * Has it leave its connection if that leads there: the primary is somewhere else by now. One that is in use is cut,
     * for no reply may ever come from there.
     */
    void leave(Predicate<Connection> old) {
        Connection own = connection;
        if (own == null || !old.test(own)) {
            return;
        }
        renew = true;
        outdated = old;
        if (busy.get()) {
            OwnedConnection.discard(own);
        }
        LockSupport.unpark(driver);
    }

    private void leaveOld() {
        Connection own = connection;
        if (own != null && outdated.test(own)) {
            connection = null;
            OwnedConnection.discard(own);
        }
    }

    private boolean connect() {
        boolean wasMisdirected = misdirected;
        misdirected = false;
        if (wasMisdirected) {
            // what soon answers the same again must not be connected to in a tight loop
            pauseBeforeReconnecting();
        }
        try {
            connection = connections.open(role, timeout);
            connectFailure = null;
            lastUse = System.nanoTime();
            unproven = wasMisdirected;
            if (!wasMisdirected) {
                reconnecting.reset();
                signal.works();
            }
            return true;
        } catch (PulseException e) {
            connectFailure = e;
            if (!closed) {
                signal.fails(e);
            }
            pauseBeforeReconnecting();
            return false;
        }
    }

    /** Callers that queue meanwhile do not shorten it, or many of them would mean many attempts. */
    private void pauseBeforeReconnecting() {
        long end = System.nanoTime() + reconnecting.next().toNanos();
        for (long left = end - System.nanoTime(); left > 0 && !closed; left = end - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
        }
    }

    /**
     * Ends the driver and the connection. What is queued stays unsent, for its callers to withdraw; what is sent may
     * finish until the deadline, by {@link System#nanoTime}, and is lost then.
     */
    void close(long deadline) {
        closed = true;
        // the driver may be busy for a while, connecting; they need not wait for it
        queue.forEach(Call::wakeCaller);
        LockSupport.unpark(driver);
        boolean ended = false;
        try {
            ended = Tasks.join(driver, deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            // ends the connecting that the driver, and the socket read that it or a lone caller, sits in
            driver.interrupt();
            Connection last = connection;
            if (last != null) {
                OwnedConnection.discard(last);
            }
        }
    }
}
