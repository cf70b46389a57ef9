package dev.pulse.redis;

import dev.pulse.AccessDeniedException;
import dev.pulse.PulseException;
import dev.pulse.task.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection for what is published on channels. A thread of its own hands on what comes; another, one at a time, adds and
 * removes channels and pings. Each channel is asked for by itself, so that one which the user may not hear costs the
 * others nothing. On a Redis Cluster it goes to any node: all get what is published. {@link #close} comes from any thread.
 */
public final class Subscription implements AutoCloseable {
    /** How long nothing may come, for somebody pings more often: a connection that is dead shows within 10 s. */
    private static final Duration SILENCE = Duration.ofSeconds(8);

    private static final byte[] MESSAGE = bytes("message");
    private static final byte[] SUBSCRIBED = bytes("subscribe");
    private static final List<byte[]> NOTHING = List.of(bytes("pulse:ping"));

    private final Primary primary;
    private final String role;
    private final Connection connection;
    /** What was sent and not answered: each has one answer, and they come in this order. */
    private final Queue<Asked> unanswered = new ConcurrentLinkedQueue<>();

    private volatile boolean closed;

    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    private record Asked(Protocol.Command command, byte[] channel) {}

    /** What comes; called by the thread that reads, which is not to wait for anything. */
    public interface Receiver {
        /** Whatever is published on the channel from now on comes here. */
        void subscribed(byte[] channel);

        /** Nothing that is published on the channel comes here any more. */
        void unsubscribed(byte[] channel);

        /** Redis does not let its user hear the channel. */
        void denied(byte[] channel, AccessDeniedException why);

        /** Something was published; the bytes are the receiver's own. */
        void received(byte[] channel, byte[] message);
    }

    private Subscription(Primary primary, String role) {
        this.primary = primary;
        this.role = role;
        this.connection = primary.open(role, SILENCE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** As {@link Redis#subscription} says. */
    static Subscription open(Topology topology, String role) throws InterruptedException {
        Primary to = topology.primaryFor(Command.repeatable("SUBSCRIBE"));
        try {
            return new Subscription(to, role);
        } catch (PulseException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
    }

    /**
     * Hands on what comes, by a thread of its own, until it is closed.
     *
     * @throws InterruptedException when interrupted; the connection is gone then
     * @throws PulseException when the connection failed
     */
    public void run(Receiver receiver) throws InterruptedException {
        try {
            Tasks.runOnPlatformThread(role, () -> {
                while (!closed) {
                    handOn(receiver);
                }
            });
        } catch (JedisException e) {
            if (!closed) {
                throw Failures.asking(primary.where(), "SUBSCRIBE", e);
            }
        } finally {
            close();
        }
    }

    private void handOn(Receiver receiver) {
        List<@Nullable Object> reply;
        try {
            reply = Replies.list(connection.getUnflushedObject());
        } catch (JedisDataException e) {
            refused(e, receiver);
            return;
        }
        byte[] kind = Replies.bytes(reply.get(0));
        byte[] channel = Replies.bytes(reply.get(1));
        if (Arrays.equals(kind, MESSAGE)) {
            receiver.received(channel, Replies.bytes(reply.get(2)));
            return;
        }
        unanswered.remove();
        if (Arrays.equals(kind, SUBSCRIBED)) {
            receiver.subscribed(channel);
        } else {
            receiver.unsubscribed(channel);
        }
    }

    private void refused(JedisDataException reply, Receiver receiver) {
        Asked asked = unanswered.poll();
        if (asked == null || asked.command() != Protocol.Command.SUBSCRIBE) {
            throw reply;
        }
        String doing = "SUBSCRIBE " + new String(asked.channel(), StandardCharsets.UTF_8);
        if (!(Failures.reply(doing, reply) instanceof AccessDeniedException denied)) {
            throw reply;
        }
        receiver.denied(asked.channel(), denied);
    }

    /** Adds channels. What cannot be sent ends the connection; the thread that runs it tells. */
    public void subscribe(Collection<byte[]> channels) throws InterruptedException {
        send(Protocol.Command.SUBSCRIBE, channels);
    }

    /** Removes channels; the same holds. */
    public void unsubscribe(Collection<byte[]> channels) throws InterruptedException {
        send(Protocol.Command.UNSUBSCRIBE, channels);
    }

    /** Has Redis say something, by a command that has the same answer whether there are channels or not. */
    public void ping() throws InterruptedException {
        send(Protocol.Command.UNSUBSCRIBE, NOTHING);
    }

    private void send(Protocol.Command command, Collection<byte[]> channels) throws InterruptedException {
        try {
            for (byte[] channel : channels) {
                unanswered.add(new Asked(command, channel));
                connection.sendCommand(new CommandArguments(command).add(channel));
            }
            // reads nothing, but flushes
            connection.getMany(0);
        } catch (JedisException e) {
            // the thread that reads notices, and tells
            primary.discard(connection);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Ends it for good. Can be repeated. */
    @Override
    public void close() {
        closed = true;
        primary.discard(connection);
    }
}
