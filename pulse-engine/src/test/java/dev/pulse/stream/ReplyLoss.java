package dev.pulse.stream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to Redis on which replies get lost, where the command arrives and is carried out, and then the connection breaks;
 * or on which they take their time.
 */
final class ReplyLoss implements AutoCloseable {
    private final int target;
    private final ServerSocket listener;
    private final AtomicInteger toLose = new AtomicInteger();
    private volatile Duration delay = Duration.ZERO;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    ReplyLoss(String uri) throws IOException {
        target = URI.create(uri).getPort();
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /** Loses the next replies, each with its connection. */
    void lose(int replies) {
        toLose.set(replies);
    }

    /** Holds up what comes from Redis by so much from now on, on each connection. */
    void delay(Duration each) {
        delay = each;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> pass(client, server, false));
                Thread.ofVirtual().start(() -> pass(server, client, true));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void pass(Socket from, Socket to, boolean replies) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[16 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (replies && toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    return;
                }
                if (replies && !delay.isZero()) {
                    Thread.sleep(delay);
                }
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // the other direction ended
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
