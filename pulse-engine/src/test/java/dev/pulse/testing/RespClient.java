package dev.pulse.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One raw connection that speaks RESP2, so that tests see Redis with other eyes than the engine's.
 *
 * <p>A reply is a {@link String} (also a bulk string, as UTF-8), a {@link Long}, a {@link List} of replies, or null. An
 * error is a {@link RespException}: thrown, or as an element inside a list. No reply within the time-out, and every
 * failure of the connection, is an {@link UncheckedIOException}. For one thread at a time.
 */
public final class RespClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RespClient(String host, int port) {
        socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), (int) TIMEOUT.toMillis());
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            in = new BufferedInputStream(socket.getInputStream());
            out = socket.getOutputStream();
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("cannot connect to " + host + ":" + port, e);
        }
    }

    /** Connects to a port of this machine. */
    public static RespClient connect(int port) {
        return new RespClient("127.0.0.1", port);
    }

    /** Connects to {@code redis://[user:password@]host[:port][/database]}. */
    public static RespClient connect(String uri) {
        URI parsed = URI.create(uri);
        if (!"redis".equals(parsed.getScheme())) {
            throw new IllegalArgumentException("RespClient takes redis:// only, was " + parsed.getScheme() + "://");
        }
        RespClient client = new RespClient(parsed.getHost(), parsed.getPort() < 0 ? 6379 : parsed.getPort());
        try {
            String user = parsed.getUserInfo();
            if (user != null) {
                String[] parts = user.split(":", 2);
                client.call(
                        parts[0].isEmpty()
                                ? new String[] {"AUTH", parts[1]}
                                : new String[] {"AUTH", parts[0], parts[1]});
            }
            String path = parsed.getPath();
            if (path != null && path.length() > 1) {
                client.call("SELECT", path.substring(1));
            }
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** How long a reply may take from now on; 5 s at first. */
    public RespClient timeout(Duration value) {
        try {
            socket.setSoTimeout((int) value.toMillis());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one command and reads its reply. */
    public @Nullable Object call(String... args) {
        send(args);
        return read();
    }

    /** As {@link #call(String...)}, for a command whose reply is a string; never null. */
    public String text(String... args) {
        return (String) Objects.requireNonNull(call(args), () -> args[0] + " replied nothing");
    }

    /** As {@link #call(String...)}, for a command whose reply is a list; never null. */
    public List<?> list(String... args) {
        return (List<?>) Objects.requireNonNull(call(args), () -> args[0] + " replied nothing");
    }

    /** As {@link #call(String...)}, binary both ways: bulk strings of the reply are {@code byte[]}. */
    public @Nullable Object call(byte[]... args) {
        send(args);
        return read(true);
    }

    /** Sends one command and leaves its reply to {@link #read()}. */
    public void send(String... args) {
        send(Arrays.stream(args)
                .map(arg -> arg.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new));
    }

    private void send(byte[][] args) {
        try {
            ByteArrayOutputStream command = new ByteArrayOutputStream();
            command.write(ascii("*" + args.length + "\r\n"));
            for (byte[] arg : args) {
                command.write(ascii("$" + arg.length + "\r\n"));
                command.write(arg);
                command.write(ascii("\r\n"));
            }
            command.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next reply, or the next message of a subscription. */
    public @Nullable Object read() {
        return read(false);
    }

    /** The same, where bulk strings are {@code byte[]}. */
    public @Nullable Object readBinary() {
        return read(true);
    }

    private @Nullable Object read(boolean binary) {
        try {
            Object reply = parse(binary);
            if (reply instanceof RespException error) {
                throw error;
            }
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Object parse(boolean binary) throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+' -> rest;
            case '-' -> new RespException(rest);
            case ':' -> Long.parseLong(rest);
            case '$' -> bulk(Integer.parseInt(rest), binary);
            case '*' -> list(Integer.parseInt(rest), binary);
            default -> throw new IOException("not RESP2: " + line);
        };
    }

    private @Nullable Object bulk(int length, boolean binary) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length || in.read() != '\r' || in.read() != '\n') {
            throw new EOFException("connection closed inside a reply");
        }
        return binary ? bytes : new String(bytes, StandardCharsets.UTF_8);
    }

    private @Nullable List<@Nullable Object> list(int length, boolean binary) throws IOException {
        if (length < 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            list.add(parse(binary));
        }
        return list;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("connection closed by Redis");
            }
            line.write(b);
        }
        if (in.read() != '\n' || line.size() == 0) {
            throw new IOException("not RESP2: a line without end or content");
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
