package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Retention;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/** A stream full of events, which is destroyed on closing. Consumer groups work it off, each from the beginning. */
final class Backlog implements AutoCloseable {
    /** How many different numbers the payloads have. */
    private static final int NUMBERS = 1_000;

    private static final int BATCH = 10_000;
    private static final long LOOK_NANOS = 200_000;

    private final Connection connection;
    private final Pulse pulse;
    private final EventStream<byte[]> stream;

    Backlog(BenchRedis redis, int events) throws InterruptedException {
        connection = new Connection(new HostAndPort(redis.host(), redis.port()));
        connection.connect();
        pulse = Pulse.connect(redis.uri());
        stream = pulse.stream("bench:backlog:" + System.nanoTime(), Codecs.bytes(), Retention.unbounded());
        for (int added = 0; added < events; added += BATCH) {
            stream.addAll(IntStream.range(added, Math.min(events, added + BATCH))
                    .mapToObj(i -> NewEvent.of(Sample.NAME, Sample.payload(i % NUMBERS)))
                    .toList());
        }
    }

    /** The name of the stream. */
    String stream() {
        return stream.name();
    }

    /** The key of the stream in Redis. */
    String key() {
        return "pulse:stream:" + stream.name();
    }

    /** Waits until no event that was read is left unacknowledged. */
    void awaitAcked() {
        while (pending() > 0) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private long pending() {
        long pending = 0;
        for (List<?> group : groups()) {
            pending += (Long) group.get(5);
        }
        return pending;
    }

    /** Removes all groups. */
    void forgetGroups() {
        for (List<?> group : groups()) {
            connection.executeCommand(new CommandArguments(Protocol.Command.XGROUP)
                    .add("DESTROY")
                    .key(key())
                    .add((byte[]) group.get(1)));
        }
    }

    @SuppressWarnings("unchecked") // what Redis says of each: name, …, consumers, …, pending, …
    private List<List<?>> groups() {
        return (List<List<?>>) connection.executeCommand(
                new CommandArguments(Protocol.Command.XINFO).add("GROUPS").key(key()));
    }

    @Override
    public void close() throws InterruptedException {
        stream.destroy();
        pulse.close();
        connection.close();
    }
}
