package dev.pulse.redis;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One or more commands of one caller on their way through a {@link Lane}: queued, then either withdrawn by the caller or
 * sent, then settled. Whoever moves it out of QUEUED decides whether it is sent.
 */
final class Call {
    private enum State {
        QUEUED,
        SENT,
        WITHDRAWN,
        SETTLED
    }

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Call.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final List<Command> commands;
    private final @Nullable Object[] replies;
    private final int bytes;
    private final Thread caller = Thread.currentThread();
    private long deadline;
    private volatile State state = State.QUEUED;
    private int answered;
    private boolean misdirected;
    private @Nullable Throwable lost;

    Call(List<Command> commands) {
        this.commands = commands;
        this.replies = new Object[commands.size()];
        int sum = 0;
        for (Command command : commands) {
            sum += command.bytes();
        }
        this.bytes = sum;
    }

    List<Command> commands() {
        return commands;
    }

    /** About how many bytes it takes on the wire. */
    int bytes() {
        return bytes;
    }

    /** Whether one of its replies has no bound. */
    boolean hasLargeReply() {
        for (Command command : commands) {
            if (command.hasLargeReply()) {
                return true;
            }
        }
        return false;
    }

    /** Takes it for sending; false when the caller has withdrawn it. */
    boolean take() {
        return STATE.compareAndSet(this, State.QUEUED, State.SENT);
    }

    /** The caller gives up; false when it was sent already. Can be repeated. */
    boolean withdraw() {
        return STATE.compareAndSet(this, State.QUEUED, State.WITHDRAWN) || state == State.WITHDRAWN;
    }

    /** Writes its commands to the connection, which may keep them in its buffer. */
    void send(Connection connection) {
        for (Command command : commands) {
            connection.sendCommand(command.arguments());
        }
    }

    /** Reads its replies from the connection, and is settled. */
    void receive(Connection connection) {
        while (answered < replies.length) {
            Object reply;
            try {
                reply = connection.getOne();
            } catch (JedisDataException errorReply) {
                reply = errorReply;
                misdirected |= Failures.isMisdirected(errorReply);
            }
            replies[answered++] = reply;
        }
        settle();
    }

    /** Whether what answered says that it is not the primary, or not yet again. */
    boolean isMisdirected() {
        return misdirected;
    }

    private void settle() {
        state = State.SETTLED;
        wakeCaller();
    }

    /** Has the caller look again how far it came. */
    void wakeCaller() {
        if (caller != Thread.currentThread()) {
            LockSupport.unpark(caller);
        }
    }

    /** When {@link #wakeCallerAfterDeadline} begins to, by {@link System#nanoTime}; set before others see it. */
    void setDeadline(long nanos) {
        deadline = nanos;
    }

    /** Has the caller look again when its time is over, and not yet settled. */
    void wakeCallerAfterDeadline(long now) {
        if (deadline - now <= 0 && !isSettled()) {
            wakeCaller();
        }
    }

    /** It was sent, and not every reply will come. */
    void lose(Throwable cause) {
        lost = cause;
        settle();
    }

    boolean isSettled() {
        return state == State.SETTLED;
    }

    /** Why not all replies came; null when they did. Only once it is settled. */
    @Nullable
    Throwable lost() {
        return lost;
    }

    /** The replies; error replies are exceptions in the list. Only once it is settled. */
    @Nullable
    Object[] replies() {
        return replies;
    }
}
