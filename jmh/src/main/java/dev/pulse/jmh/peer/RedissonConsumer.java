package dev.pulse.jmh.peer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import org.redisson.api.RStream;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;

/** Redisson: one thread calls {@code readGroup}, and each event has a virtual thread that handles and acks it. */
public final class RedissonConsumer implements GroupConsumer {
    private final RedissonClient client;
    private final RStream<byte[], byte[]> stream;
    private final Semaphore free = new Semaphore(CONCURRENCY);
    private volatile boolean ended;

    public RedissonConsumer(String host, int port, String key) {
        client = Redissons.connect(host, port);
        stream = client.getStream(key);
    }

    @Override
    public End begin(String group, Handler handler) {
        stream.createGroup(StreamCreateGroupArgs.name(group).id(StreamMessageId.ALL));
        ended = false;
        Thread reader = Thread.startVirtualThread(() -> read(group, handler));
        return () -> {
            ended = true;
            reader.join();
        };
    }

    private void read(String group, Handler handler) {
        StreamReadGroupArgs args =
                StreamReadGroupArgs.neverDelivered().count(CONCURRENCY).timeout(Duration.ofMillis(100));
        while (!ended) {
            for (Map.Entry<StreamMessageId, Map<byte[], byte[]>> event :
                    stream.readGroup(group, "consumer", args).entrySet()) {
                free.acquireUninterruptibly();
                Thread.startVirtualThread(() -> {
                    // Redisson finds arrays by identity, so the field is looked for
                    event.getValue().forEach((field, value) -> {
                        if (field[0] == 'p') {
                            handler.handle(value);
                        }
                    });
                    stream.ack(group, event.getKey());
                    free.release();
                });
            }
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
