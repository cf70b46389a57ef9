package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Backoff;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Tasks;
import java.time.Duration;
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
 * own command on it. As soon as others queue, the lane's thread, the <em>driver</em>, drives: it sends what is queued in
 * one go, hands out replies as {@link Pipeline} says, yields once so that the callers can queue again, and goes on until
 * nothing is left. So a lone caller pays nothing for sharing, many share one write, and nobody waits for a timer.
 *
 * <p>{@code busy} says who has the connection: a lone caller or the driver. Callers never carry the commands of others,
 * so an interrupt, which closes the socket under a virtual thread, costs a caller its own command and nobody else's. Only
 * the driver connects. Who waits is woken by its reply, or by {@link Deadlines}.
 */
final class Lane {
    private static final Duration IDLE_BEFORE_PING = Duration.ofSeconds(3);
    /** With the wait before it, a dead Redis shows within 10 s however long commands may take. */
    private static final Duration LONGEST_PING = Duration.ofSeconds(5);

    private final String role;
    private final Connections connections;
    private final Duration timeout;
    private final LoopSignal signal;
    private final Queue<Call> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Pipeline pipeline;
    private final Deadlines deadlines;
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

    /** The last connection led to a server that is not the primary, and this one has answered nothing yet. */
    private boolean unproven;

    /** Starts its driver. Takes over the first connection; without one, the driver makes it. */
    Lane(String role, @Nullable Connection first, Connections connections, Duration timeout, LoopSignal signal) {
        this.role = role;
        this.connection = first;
        this.connections = connections;
        this.timeout = timeout;
        this.signal = signal;
        this.lastUse = System.nanoTime();
        this.pipeline = new Pipeline(timeout);
        this.deadlines = new Deadlines(signal.name(), queue, pipeline.underWay(), this::nobodyWaits, timeout);
        this.driver = Tasks.start(signal.name(), this::drive);
    }

    /**
     * Carries the call until it is settled or the deadline, by {@link System#nanoTime}, has passed. If it is not settled
     * then, the caller tries to withdraw it; where that fails it was sent and its outcome is unknown.
     *
     * @param patient whether the caller can wait as long as the lane's connection does: one that cannot must not
     *     read from it, for giving up there would cost everybody the connection
     * @throws InterruptedException when interrupted while waiting; the call says how far it came
     */
    void carry(Call call, long deadline, boolean patient) throws InterruptedException {
        if (patient && queue.isEmpty() && Thread.currentThread().isVirtual() && busy.compareAndSet(false, true)) {
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
        call.setDeadline(deadline);
        queue.add(call);
        wakeDriver();
        deadlines.watch();
        while (!call.isSettled()) {
            // what was sent still has its reply, or its loss, to come
            if (closed && call.withdraw()) {
                return;
            }
            if (deadline - System.nanoTime() <= 0) {
                return;
            }
            if (patient) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, deadline - System.nanoTime());
            }
            if (!call.isSettled() && Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private boolean nobodyWaits() {
        // in this order, for the driver says that it does not rest before it takes anything out of the queue
        return queue.isEmpty() && driverRests;
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
        try {
            pipeline.exchange(own, call);
            if (pipeline.isMisdirected()) {
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
        deadlines.close();
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
        Connection own = connection;
        // once it is to leave this connection nothing is sent on it any more: the next round does
        while (own != null && !closed && !renew && !queue.isEmpty()) {
            carryQueued(own);
            own = connection;
        }
    }

    private void carryQueued(Connection own) {
        try {
            do {
                pipeline.advance(own, queue, !closed && !renew && !pipeline.isMisdirected());
                if (!pipeline.isMisdirected()) {
                    signal.works();
                }
                // the callers just woken run now and queue again, so that the next write has much to carry
                Thread.yield();
            } while (!pipeline.isEmpty());
            if (pipeline.isMisdirected()) {
                leaveWrongServer();
            }
        } catch (RuntimeException | Error e) {
            breakUp(e);
        }
        lastUse = System.nanoTime();
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
        pipeline.lose(cause);
        if (!Thread.currentThread().isInterrupted() && !closed) {
            signal.fails(cause);
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
        boolean wasMisdirected = pipeline.isMisdirected();
        pipeline.forgetMisdirection();
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
