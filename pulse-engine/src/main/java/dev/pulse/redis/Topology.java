package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** Which primaries there are, and which command goes to which. Thread-safe. */
abstract sealed class Topology permits OnePrimary, Cluster {
    private volatile boolean closed;

    /** What {@link Redis#callAll} does, until the deadline by {@link System#nanoTime}. */
    abstract @Nullable Object[] callAll(List<Command> commands, long deadline, Duration timeout)
            throws InterruptedException;

    /** The primary that a loop reads this from. */
    abstract Primary primaryFor(Command command);

    /**
     * Where a command goes on that was answered so; null when it goes nowhere else.
     *
     * @param from who answered
     */
    abstract @Nullable Redirection redirection(JedisDataException reply, Primary from);

    /** Ends all connections; calls under way may finish until the deadline, by nanoTime, and loops have ended before. */
    abstract void end(long deadline);

    /** To a primary that is to be told that it is asked for something on the way to it. */
    record Redirection(Primary to, boolean asking) {}

    final void close(long deadline) {
        closed = true;
        end(deadline);
    }

    final boolean isClosed() {
        return closed;
    }

    /**
     * Carries a call until it is settled; throws where it is not.
     *
     * @param repeatable whether it can be sent again when its reply is lost
     * @param patient as for {@link Lane#carry}
     * @return false when it was not sent, because nothing goes to that primary any more
     */
    final boolean carry(
            Primary primary, Call call, long deadline, Duration timeout, boolean repeatable, boolean patient)
            throws InterruptedException {
        requireOpen();
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean interrupted = false;
        try {
            primary.carry(call, deadline, patient);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (call.isSettled()) {
            // an interrupt closes the socket under a virtual thread that reads, so it shows as a loss as well
            interrupted |= call.lost() != null && Thread.interrupted();
            if (interrupted && call.lost() == null) {
                Thread.currentThread().interrupt();
                return true;
            }
        } else if (call.withdraw()) {
            if (interrupted) {
                throw new InterruptedException();
            }
            if (primary.isClosed() && !closed) {
                return false;
            }
            throw neverSent(primary, call, timeout);
        } else if (!interrupted) {
            TimeoutException noReply = new TimeoutException("no reply within " + timeout);
            throw repeatable
                    ? Failures.unavailable(primary.where(), noReply)
                    : outcomeUnknown(primary, call.commands(), noReply);
        }
        if (interrupted) {
            if (repeatable) {
                throw new InterruptedException();
            }
            Thread.currentThread().interrupt();
            throw outcomeUnknown(
                    primary, call.commands(), new InterruptedException("interrupted while waiting for the reply"));
        }
        return true;
    }

    /** Runs a command at this primary, once; an error is a {@link PulseException} in place of the reply. */
    final @Nullable Object callAt(Primary primary, Command command, long deadline, Duration timeout)
            throws InterruptedException {
        List<Command> commands = List.of(command);
        Call call = new Call(commands);
        if (!carry(primary, call, deadline, timeout, command.isRepeatable(), false)) {
            throw new RedisUnavailableException(primary.where() + " is not a primary any more", null);
        }
        if (call.lost() != null) {
            throw Failures.unavailable(primary.where(), call.lost());
        }
        return call.replies()[0] instanceof JedisDataException error
                ? translated(primary, command, error)
                : call.replies()[0];
    }

    final void requireOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("this Pulse is closed");
    }

    private RuntimeException neverSent(Primary primary, Call call, Duration timeout) {
        if (closed) {
            return closedException();
        }
        PulseException connecting = primary.connectFailure();
        if (connecting instanceof AccessDeniedException) {
            return new AccessDeniedException(
                    call.commands().getFirst() + " was not sent: " + connecting.getMessage(), connecting);
        }
        return new RedisUnavailableException(
                call.commands().getFirst() + " was not sent to Redis at " + primary.where() + " within " + timeout
                        + (connecting == null ? "" : ": " + connecting.getMessage()),
                connecting);
    }

    static OutcomeUnknownException outcomeUnknown(Primary primary, List<Command> commands, Throwable cause) {
        return new OutcomeUnknownException(
                commands.getFirst() + " was sent to Redis at " + primary.where() + " and its reply never came: "
                        + Failures.rootMessage(cause),
                cause);
    }

    /**
     * Whether a call until this deadline may run alone, as {@link Lane#carry} has it: it has about as much time as the
     * lane's connection takes. One that asked for something before has a little less; what it gives up too late by is
     * at most a tenth of the time-out.
     */
    static boolean isPatient(long deadline, Duration connectionTimeout) {
        return deadline - System.nanoTime() >= connectionTimeout.toNanos() / 10 * 9;
    }

    static boolean isRepeatable(List<Command> commands) {
        for (Command command : commands) {
            if (!command.isRepeatable()) {
                return false;
            }
        }
        return true;
    }

    /** The error reply of one command in words of ours. */
    static PulseException translated(Primary primary, Command command, JedisDataException error) {
        return Failures.asking(primary.where(), command.toString(), error);
    }
}
