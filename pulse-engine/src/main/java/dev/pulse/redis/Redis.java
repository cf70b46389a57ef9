package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Backoff;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Commands to one Redis. Short ones share a {@link Lane}; those with more than 256 KiB, or with a reply without bound, go
 * over a small pool, so that nobody waits behind them; blocking ones have an {@link OwnedConnection}. Thread-safe.
 *
 * <p>A command that never left is tried until the command time-out is over. One that may have arrived is sent again only
 * if that changes nothing; otherwise its caller is told that the outcome is unknown.
 */
public final class Redis {
    private static final int LARGE = 256 * 1024;

    private final RedisOptions options;
    private final Connections connections;
    private final Lane lane;
    private final LargeCalls large;
    private final AtomicBoolean closed;
    private final Duration timeout;

    private Redis(
            RedisOptions options,
            Connections connections,
            Lane lane,
            LargeCalls large,
            AtomicBoolean closed,
            Duration timeout) {
        this.options = options;
        this.connections = connections;
        this.lane = lane;
        this.large = large;
        this.closed = closed;
        this.timeout = timeout;
    }

    /**
     * Connects. The first connection is tried once, so that a wrong address or password shows at once.
     *
     * @throws PulseException what hinders it, naming host and port
     */
    public static Redis open(RedisOptions options, Signals signals) {
        Connections connections = new Connections(options);
        Connection first = connections.open("lane", options.commandTimeout());
        Lane lane = new Lane(
                "lane",
                first,
                connections,
                options.commandTimeout(),
                signals.loop("lane " + options.uri().address(), true));
        return new Redis(
                options, connections, lane, new LargeCalls(connections), new AtomicBoolean(), options.commandTimeout());
    }

    /** A connection of its own for blocking reads; {@code role} becomes part of its name. */
    public OwnedConnection connection(String role) {
        return new OwnedConnection(connections, options.uri(), role);
    }

    /** The same Redis over the same connections with another command time-out. */
    public Redis withTimeout(Duration commandTimeout) {
        return new Redis(options, connections, lane, large, closed, commandTimeout);
    }

    /** The command time-out: how long a call takes at most. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * Runs one command.
     *
     * @return the reply: null, {@code byte[]}, {@code Long} or a list of these
     * @throws InterruptedException when interrupted before it was sent, or, for one that changes nothing, before it was
     *     answered
     * @throws OutcomeUnknownException when it was sent and not answered; the interrupt flag is set if that was the reason
     * @throws RedisUnavailableException when it could not be sent within the command time-out
     * @throws PulseException what Redis refused it for
     */
    public @Nullable Object call(Command command) throws InterruptedException {
        return requireReply(callAll(List.of(command))[0]);
    }

    /**
     * Runs commands in one pipeline, in this order; those of others may come between.
     *
     * @return a reply for each, where an error is a {@link PulseException} in its place
     */
    public @Nullable Object[] callAll(List<Command> commands) throws InterruptedException {
        return callAll(commands, System.nanoTime() + timeout.toNanos());
    }

    private @Nullable Object[] callAll(List<Command> commands, long deadline) throws InterruptedException {
        boolean repeatable = isRepeatable(commands);
        // later attempts have less time left than the lane's connection takes
        boolean mayRunAlone = timeout.compareTo(options.commandTimeout()) >= 0;
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        while (true) {
            Call call = new Call(commands);
            carry(call, deadline, repeatable, mayRunAlone);
            mayRunAlone = false;
            Throwable obstacle = call.lost() != null ? call.lost() : onlyPassingErrors(call);
            if (obstacle == null) {
                return translated(call);
            }
            if (call.lost() != null && !repeatable) {
                throw outcomeUnknown(commands, obstacle);
            }
            Duration pause = backoff.next();
            if (closed.get() || System.nanoTime() + pause.toNanos() >= deadline) {
                throw Failures.unavailable(options.uri(), obstacle);
            }
            Tasks.sleep(pause);
        }
    }

    /** Carries a call until it is settled; throws where it is not. */
    private void carry(Call call, long deadline, boolean repeatable, boolean mayRunAlone) throws InterruptedException {
        if (closed.get()) {
            throw new IllegalStateException("this Pulse is closed");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean interrupted = false;
        try {
            if (call.bytes() > LARGE || call.hasLargeReply()) {
                large.carry(call, deadline);
            } else {
                lane.carry(call, deadline, mayRunAlone);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (call.isSettled()) {
            // an interrupt closes the socket under a virtual thread that reads, so it shows as a loss as well
            interrupted |= call.lost() != null && Thread.interrupted();
            if (interrupted && call.lost() == null) {
                Thread.currentThread().interrupt();
                return;
            }
        } else if (call.withdraw()) {
            if (interrupted) {
                throw new InterruptedException();
            }
            throw neverSent(call);
        } else if (!interrupted) {
            throw repeatable
                    ? Failures.unavailable(options.uri(), new TimeoutException("no reply within " + timeout))
                    : outcomeUnknown(call.commands(), new TimeoutException("no reply within " + timeout));
        }
        if (interrupted) {
            if (repeatable) {
                throw new InterruptedException();
            }
            Thread.currentThread().interrupt();
            throw outcomeUnknown(call.commands(), new InterruptedException("interrupted while waiting for the reply"));
        }
    }

    private RuntimeException neverSent(Call call) {
        if (closed.get()) {
            return new IllegalStateException("this Pulse is closed");
        }
        PulseException connecting = lane.connectFailure();
        if (connecting instanceof AccessDeniedException) {
            return new AccessDeniedException(
                    call.commands().getFirst() + " was not sent: " + connecting.getMessage(), connecting);
        }
        return new RedisUnavailableException(
                call.commands().getFirst() + " was not sent to Redis at "
                        + options.uri().address() + " within " + timeout
                        + (connecting == null ? "" : ": " + connecting.getMessage()),
                connecting);
    }

    private OutcomeUnknownException outcomeUnknown(List<Command> commands, Throwable cause) {
        return new OutcomeUnknownException(
                commands.getFirst() + " was sent to Redis at " + options.uri().address() + " and its reply never came: "
                        + Failures.rootMessage(cause),
                cause);
    }

    private static @Nullable Throwable onlyPassingErrors(Call call) {
        JedisDataException first = null;
        for (Object reply : call.replies()) {
            if (!(reply instanceof JedisDataException error) || !Failures.isPassing(error)) {
                return null;
            }
            first = first == null ? error : first;
        }
        return first;
    }

    private @Nullable Object[] translated(Call call) {
        @Nullable Object[] replies = call.replies();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i] instanceof JedisDataException error) {
                replies[i] = Failures.isPassing(error)
                        ? Failures.unavailable(options.uri(), error)
                        : Failures.reply(call.commands().get(i).toString(), error);
            }
        }
        return replies;
    }

    /** Runs a script with its keys and arguments, each a String, {@code byte[]} or Long. */
    public @Nullable Object eval(Script script, List<?> keys, List<?> arguments) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Object reply = evalOnce(script, false, keys, arguments, deadline);
        if (reply instanceof RedisReplyException unknown && unknown.code().equals("NOSCRIPT")) {
            reply = evalOnce(script, true, keys, arguments, deadline);
        }
        return requireReply(reply);
    }

    private @Nullable Object evalOnce(Script script, boolean bySource, List<?> keys, List<?> arguments, long deadline)
            throws InterruptedException {
        Command command = script.command(bySource).arg(keys.size());
        keys.forEach(key -> command.key(bytes(key)));
        arguments.forEach(argument -> command.arg(bytes(argument)));
        return callAll(List.of(command), deadline)[0];
    }

    private static byte[] bytes(Object value) {
        return value instanceof byte[] raw ? raw : value.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable Object requireReply(@Nullable Object reply) {
        if (reply instanceof PulseException e) {
            throw e;
        }
        return reply;
    }

    /** Closes all but the owned connections; calls under way may finish until the deadline, by nanoTime. */
    public void close(long deadline) {
        closed.set(true);
        lane.close(deadline);
        large.close(deadline);
    }

    private static boolean isRepeatable(List<Command> commands) {
        for (Command command : commands) {
            if (!command.isRepeatable()) {
                return false;
            }
        }
        return true;
    }
}
