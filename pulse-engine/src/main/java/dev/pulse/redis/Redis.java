package dev.pulse.redis;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.PulseFigures;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Commands to one Redis, or to a cluster. Short ones share a {@link Lane}; those with more than 256 KiB, or with a reply
 * without bound, go over a small pool, so that nobody waits behind them; blocking ones have an {@link OwnedConnection}.
 * Thread-safe.
 *
 * <p>A command that never left is tried until the command time-out is over. One that may have arrived is sent again only
 * if that changes nothing; otherwise its caller is told that the outcome is unknown.
 */
public final class Redis implements ScriptRunner {
    private final Topology topology;
    private final Duration timeout;
    /** When all calls are over, by {@link System#nanoTime}; empty when there is no such moment. */
    private final OptionalLong end;

    private final Latency latency;

    private Redis(Topology topology, Duration timeout, OptionalLong end, Latency latency) {
        this.topology = topology;
        this.timeout = timeout;
        this.end = end;
        this.latency = latency;
    }

    /**
     * Connects. The first connection is tried once, so that a wrong address or password shows at once.
     *
     * @throws PulseException what hinders it, naming host and port
     */
    public static Redis open(RedisOptions options, Signals signals) {
        return new Redis(
                Topologies.open(options, signals), options.commandTimeout(), OptionalLong.empty(), new Latency());
    }

    /** A connection of its own for blocking reads; {@code role} becomes part of its name. */
    public OwnedConnection connection(String role) {
        return new OwnedConnection(topology, role);
    }

    /**
     * Connects for what is published; {@code role} becomes part of the connection's name.
     *
     * @throws InterruptedException when interrupted; there is no connection then
     * @throws PulseException what hinders it
     */
    public Subscription subscription(String role) throws InterruptedException {
        return Subscription.open(topology, role);
    }

    /** The same Redis over the same connections with another command time-out. */
    public Redis withTimeout(Duration commandTimeout) {
        return new Redis(topology, commandTimeout, OptionalLong.empty(), latency);
    }

    /**
     * The same Redis for all that one call of a user's asks it from now on: together that takes the command time-out, in
     * however many steps.
     */
    public Redis forOneCall() {
        return until(System.nanoTime() + timeout.toNanos());
    }

    /** The same Redis until this moment, by {@link System#nanoTime}: no call takes longer. */
    public Redis until(long end) {
        return new Redis(topology, timeout, OptionalLong.of(end), latency);
    }

    /** How long a call may take that begins now. */
    public Duration timeLeft() {
        return Duration.ofNanos(Math.max(0, deadline() - System.nanoTime()));
    }

    private long deadline() {
        long now = System.nanoTime();
        long most = timeout.toNanos();
        return now + (end.isPresent() ? Math.min(most, end.getAsLong() - now) : most);
    }

    /** Whether keys that one command names have to share a hash tag. */
    public boolean isCluster() {
        return topology instanceof Cluster;
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
        return callAll(commands, deadline());
    }

    /** Runs one command that concerns a certain primary, whatever topology says. */
    @Nullable
    Object call(Command command, Primary primary) throws InterruptedException {
        return requireReply(topology.callAt(primary, command, deadline(), timeout));
    }

    private @Nullable Object[] callAll(List<Command> commands, long deadline) throws InterruptedException {
        long begin = latency.begin();
        @Nullable Object[] replies = topology.callAll(commands, deadline, timeout);
        latency.end(begin);
        return replies;
    }

    @Override
    public @Nullable Object eval(Script script, List<?> keys, List<?> arguments) throws InterruptedException {
        long deadline = deadline();
        return script.run(command -> requireReply(callAll(List.of(command), deadline)[0]), keys, arguments);
    }

    private static @Nullable Object requireReply(@Nullable Object reply) {
        if (reply instanceof PulseException e) {
            throw e;
        }
        return reply;
    }

    /** How quickly calls were answered of late. */
    public PulseFigures figures() {
        return latency.figures(System.nanoTime());
    }

    /** Closes all but the owned connections; calls under way may finish until the deadline, by nanoTime. */
    public void close(long deadline) {
        topology.close(deadline);
    }
}
