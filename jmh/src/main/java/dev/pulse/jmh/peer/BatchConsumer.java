package dev.pulse.jmh.peer;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;

/**
 * By hand: a batch is read by Jedis, each of its events handled on a virtual thread of its own, and when all are done, the
 * batch is acknowledged by one XACK. Nothing extends a deadline, retries, or refills while the slowest is waited for.
 */
public final class BatchConsumer implements GroupConsumer {
    private final Connection connection;
    private final String key;
    private volatile boolean ended;

    public BatchConsumer(String host, int port, String key) {
        connection = new Connection(new HostAndPort(host, port));
        connection.connect();
        this.key = key;
    }

    @Override
    public End begin(String group, Handler handler) {
        connection.executeCommand(new CommandArguments(Protocol.Command.XGROUP)
                .add("CREATE")
                .key(key)
                .add(group)
                .add("0"));
        ended = false;
        Thread reader = Thread.startVirtualThread(() -> work(group, handler));
        return () -> {
            ended = true;
            reader.join();
        };
    }

    private void work(String group, Handler handler) {
        try {
            while (!ended) {
                List<?> entries = read(group);
                if (!entries.isEmpty()) {
                    handle(entries, handler);
                    ack(group, entries);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<?> read(String group) {
        Object reply = connection.executeCommand(new CommandArguments(Protocol.Command.XREADGROUP)
                .add("GROUP")
                .add(group)
                .add("consumer")
                .add("COUNT")
                .add(CONCURRENCY)
                .add("BLOCK")
                .add(100)
                .add("STREAMS")
                .key(key)
                .add(">"));
        // a list of streams, each its key and a list of entries
        return reply == null ? List.of() : (List<?>) ((List<?>) ((List<?>) reply).get(0)).get(1);
    }

    /** An entry is its id and a list of names and values. */
    private static void handle(List<?> entries, Handler handler) throws InterruptedException {
        CountDownLatch handled = new CountDownLatch(entries.size());
        for (Object entry : entries) {
            List<?> fields = (List<?>) ((List<?>) entry).get(1);
            Thread.startVirtualThread(() -> {
                handler.handle((byte[]) fields.get(3));
                handled.countDown();
            });
        }
        handled.await();
    }

    private void ack(String group, List<?> entries) {
        CommandArguments ack =
                new CommandArguments(Protocol.Command.XACK).key(key).add(group);
        entries.forEach(entry -> ack.add((byte[]) ((List<?>) entry).get(0)));
        connection.executeCommand(ack);
    }

    @Override
    public void close() {
        connection.close();
    }
}
