package dev.pulse.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * A TCP proxy in front of a Redis, in this process, that loses, repeats and reorders what is published, and leaves all
 * replies as they are. Messages that come in one burst are handed to the fault together.
 */
public final class MessageProxy implements AutoCloseable {
    private static final byte[] MESSAGE = "*3\r\n$7\r\nmessage\r\n".getBytes(StandardCharsets.US_ASCII);

    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile UnaryOperator<List<byte[]>> fault = messages -> messages;

    private MessageProxy(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen", e);
        }
        Thread.ofVirtual().name("message-proxy").start(this::accept);
    }

    /** A proxy in front of a port of this machine. */
    public static MessageProxy to(int port) {
        return new MessageProxy(port);
    }

    /** {@code redis://127.0.0.1:<port>}. */
    public String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /**
     * What becomes of published messages from now on: given some in their order, it returns those that go on. Called by
     * one thread for each connection.
     */
    public void fault(UnaryOperator<List<byte[]>> value) {
        fault = value;
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Socket redis = new Socket(InetAddress.getLoopbackAddress(), target);
                for (Socket socket : List.of(client, redis)) {
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                }
                start(client, redis, () -> client.getInputStream().transferTo(redis.getOutputStream()));
                start(client, redis, () -> forward(redis, client));
            } catch (IOException e) {
                // closed
                return;
            }
        }
    }

    /** What one direction does until the connection ends. */
    private interface Forwarding {
        void run() throws IOException;
    }

    private void start(Socket client, Socket redis, Forwarding forwarding) {
        Thread.ofVirtual().name("message-proxy-" + client.getPort()).start(() -> {
            try {
                forwarding.run();
            } catch (IOException e) {
                // one end is gone, and so is the other in a moment
            } finally {
                close(client);
                close(redis);
            }
        });
    }

    private void forward(Socket redis, Socket client) throws IOException {
        InputStream in = new BufferedInputStream(redis.getInputStream(), 64 * 1024);
        OutputStream out = new BufferedOutputStream(client.getOutputStream(), 64 * 1024);
        List<byte[]> messages = new ArrayList<>();
        while (true) {
            byte[] frame = frame(in);
            if (isMessage(frame)) {
                messages.add(frame);
            } else {
                write(messages, out);
                out.write(frame);
            }
            if (in.available() == 0) {
                write(messages, out);
                out.flush();
            }
        }
    }

    private void write(List<byte[]> messages, OutputStream out) throws IOException {
        if (!messages.isEmpty()) {
            for (byte[] message : fault.apply(List.copyOf(messages))) {
                out.write(message);
            }
            messages.clear();
        }
    }

    private static boolean isMessage(byte[] frame) {
        return frame.length > MESSAGE.length && Arrays.equals(frame, 0, MESSAGE.length, MESSAGE, 0, MESSAGE.length);
    }

    /** One reply or push, as it came. */
    private static byte[] frame(InputStream in) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        long open = 1;
        while (open > 0) {
            open--;
            String line = line(in, frame);
            long count = line.charAt(0) == '$' || line.charAt(0) == '*' ? Long.parseLong(line.substring(1)) : -1;
            if (line.charAt(0) == '$' && count >= 0) {
                frame.write(in.readNBytes((int) count + 2));
            } else if (line.charAt(0) == '*' && count > 0) {
                open += count;
            }
        }
        return frame.toByteArray();
    }

    private static String line(InputStream in, ByteArrayOutputStream copy) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); ; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            copy.write(b);
            if (b == '\n') {
                return line.toString();
            }
            if (b != '\r') {
                line.append((char) b);
            }
        }
    }

    private void close(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends all connections and listens no more. */
    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sockets.forEach(this::close);
    }
}
