package dev.pulse.jmh.peer;

import java.util.concurrent.CountDownLatch;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;

/** Jedis on one connection: a bare SUBSCRIBE, on a virtual thread of its own. */
public final class Subscriber implements AutoCloseable {
    private final Connection connection;
    private final Listener listener;
    private final Thread reading;

    /** Is subscribed when it returns. */
    public Subscriber(String host, int port, String channel, Runnable onMessage) throws InterruptedException {
        connection = new Connection(new HostAndPort(host, port));
        connection.connect();
        listener = new Listener(onMessage);
        reading = Thread.startVirtualThread(() -> listener.proceed(connection, Sample.bytes(channel)));
        listener.subscribed.await();
    }

    private static final class Listener extends BinaryJedisPubSub {
        private final CountDownLatch subscribed = new CountDownLatch(1);
        private final Runnable onMessage;

        Listener(Runnable onMessage) {
            this.onMessage = onMessage;
        }

        @Override
        public void onSubscribe(byte[] channel, int channels) {
            subscribed.countDown();
        }

        @Override
        public void onMessage(byte[] channel, byte[] message) {
            onMessage.run();
        }
    }

    @Override
    public void close() throws InterruptedException {
        listener.unsubscribe();
        reading.join();
        connection.close();
    }
}
