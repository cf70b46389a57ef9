package dev.pulse.pool.internal;

import dev.pulse.redis.Script;
import dev.pulse.testing.RespClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A TCP proxy in front of a Redis, in this process, that has other scripts run than those that were sent. */
final class ScriptSwap implements AutoCloseable {
    private final int target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    /** Names of scripts as they are sent, and those that take their places; both of 40 characters. */
    private final Map<String, String> swapped = new HashMap<>();

    private ScriptSwap(int target) throws IOException {
        this.target = target;
        listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    /** A proxy in front of a port of this machine. */
    static ScriptSwap to(int port) throws IOException {
        return new ScriptSwap(port);
    }

    /**
     * Has another script run.
     *
     * @param name of the resource of the one that is sent, without folder and ending
     * @param changes words of it, and what stands there instead
     */
    void swap(RespClient redis, String name, Map<String, String> changes) {
        String text = Script.load("/dev/pulse/pool/" + name + ".lua").text();
        String other = text;
        for (var change : changes.entrySet()) {
            if (!other.contains(change.getKey())) {
                throw new IllegalArgumentException(name + " has no \"" + change.getKey() + '"');
            }
            other = other.replace(change.getKey(), change.getValue());
        }
        swapped.put(redis.text("SCRIPT", "LOAD", text), redis.text("SCRIPT", "LOAD", other));
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket redis = new Socket(InetAddress.getLoopbackAddress(), target);
                for (Socket socket : new Socket[] {client, redis}) {
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                }
                Thread.ofVirtual().start(() -> forward(client, redis));
                Thread.ofVirtual().start(() -> forward(redis, client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** Calls come one at a time here, so that each stands in one piece in what is read. */
    private void forward(Socket from, Socket to) {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                String read = new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                for (var swap : swapped.entrySet()) {
                    read = read.replace(swap.getKey(), swap.getValue());
                }
                out.write(read.getBytes(StandardCharsets.ISO_8859_1));
            }
        } catch (IOException e) {
            // one end is gone, and so is the other
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
