package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection for what is published on channels. One thread runs it and hands on what comes; another, one at a time, adds
 * and removes channels and pings. On a Redis Cluster it goes to any node: all get what is published. {@link #close} comes
 * from any thread.
 */
public final class Subscription implements AutoCloseable {
    /** How long nothing may come, for somebody pings more often: a connection that is dead shows within 10 s. */
    public static final Duration SILENCE = Duration.ofSeconds(8);

    private static final byte[] NOTHING = "pulse:ping".getBytes(StandardCharsets.US_ASCII);

    private final Topology topology;
    private final String role;
    private final Receiver receiver;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private @Nullable Run run;
    private boolean closed;

    /** What comes; called by the thread that runs the subscription. */
    public interface Receiver {
        /** Whatever is published on the channel from now on comes here. */
        void subscribed(byte[] channel);

        /** Something was published; the bytes are the receiver's own. */
        void received(byte[] channel, byte[] message);
    }

    Subscription(Topology topology, String role, Receiver receiver) {
        this.topology = topology;
        this.role = role;
        this.receiver = receiver;
    }

    /**
     * Connects, subscribes to these channels, and hands on what comes, until nothing is subscribed any more.
     *
     * @param channels at least one
     * @throws InterruptedException when interrupted; the connection is gone then
     * @throws PulseException when the connection failed, or was closed meanwhile
     */
    public void run(List<byte[]> channels) throws InterruptedException {
        Primary to = topology.primaryFor(Command.repeatable("SUBSCRIBE"));
        Run begun = begin(to);
        try {
            begun.proceed(channels);
        } catch (JedisException e) {
            throw failed(to, e);
        } finally {
            end(begun);
        }
    }

    private Run begin(Primary to) throws InterruptedException {
        Connection opened;
        try {
            opened = to.open(role, SILENCE);
        } catch (PulseException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
        Run begun = new Run(to, opened, receiver);
        lock.lock();
        try {
            if (!closed) {
                run = begun;
                return begun;
            }
        } finally {
            lock.unlock();
        }
        begun.discard();
        throw new RedisUnavailableException("subscription " + role + " is closed", null);
    }

    private void end(Run ended) {
        lock.lock();
        try {
            run = null;
        } finally {
            lock.unlock();
        }
        ended.discard();
    }

    private static RuntimeException failed(Primary to, JedisException e) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return Failures.asking(to.where(), "SUBSCRIBE", e);
    }

    /** Adds channels, if it runs by now; what runs later is told of its channels then. Returns whether it runs. */
    public boolean subscribe(List<byte[]> channels) throws InterruptedException {
        return send(running -> running.subscribe(channels.toArray(byte[][]::new)));
    }

    /** Removes channels, if it runs; with the last one it ends. Returns whether it runs. */
    public boolean unsubscribe(List<byte[]> channels) throws InterruptedException {
        return send(running -> running.unsubscribe(channels.toArray(byte[][]::new)));
    }

    /**
     * Has Redis say something, if it runs. By what changes nothing, for Jedis keeps a record of each PING that it does not
     * clear here.
     */
    public void ping() throws InterruptedException {
        send(running -> running.unsubscribe(NOTHING));
    }

    private boolean send(Consumer<Run> what) throws InterruptedException {
        Run running = running();
        if (running == null || !running.isSubscribed()) {
            return false;
        }
        try {
            what.accept(running);
        } catch (JedisException e) {
            // the thread that reads notices, and tells
            running.discard();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return false;
        }
        running.discardIfEnded();
        return true;
    }

    private @Nullable Run running() {
        lock.lock();
        try {
            return run;
        } finally {
            lock.unlock();
        }
    }

    /** Ends it for good. Can be repeated. */
    @Override
    public void close() {
        Run last;
        lock.lock();
        try {
            closed = true;
            last = run;
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.discard();
        }
    }

    /** One connection, from the first channel to its end. */
    private static final class Run extends BinaryJedisPubSub {
        private final Primary primary;
        private final Connection connection;
        private final Connection plain;
        private final Receiver receiver;
        private final Guard greeting;
        private volatile boolean ended;

        Run(Primary primary, Connection connection, Receiver receiver) {
            this.primary = primary;
            this.connection = connection;
            this.plain = ForeignConnection.plain(connection);
            this.receiver = receiver;
            // Jedis takes the time-out away until it is given back below
            this.greeting = Guard.over(connection, System.nanoTime() + SILENCE.toNanos());
        }

        void proceed(List<byte[]> channels) {
            proceed(plain, channels.toArray(byte[][]::new));
        }

        @Override
        public void onSubscribe(byte[] channel, int channels) {
            if (ended) {
                throw new JedisConnectionException("the connection is closed");
            }
            greeting.close();
            connection.setSoTimeout((int) SILENCE.toMillis());
            receiver.subscribed(channel);
        }

        @Override
        public void onMessage(byte[] channel, byte[] message) {
            receiver.received(channel, message);
        }

        void discard() {
            ended = true;
            greeting.close();
            primary.discard(connection);
        }

        /** A connection of another's factory connects anew when it is closed and asked to send. */
        void discardIfEnded() {
            if (ended) {
                discard();
            }
        }
    }
}
