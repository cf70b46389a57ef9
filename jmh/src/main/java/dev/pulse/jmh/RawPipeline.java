package dev.pulse.jmh;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The limit: one socket, many commands in one write, replies counted and not looked at. */
final class RawPipeline implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];

    RawPipeline(String host, int port) throws IOException {
        socket = new Socket(host, port);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
    }

    /** The same command many times, as it goes over the wire. */
    static byte[] repeated(int times, byte[]... command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.write(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            for (byte[] part : command) {
                out.write(("$" + part.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(part);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }
        return out.toByteArray();
    }

    /**
     * Sends these commands in one write and waits for their replies.
     *
     * @param replyLines how many lines all replies have together
     */
    void exchange(byte[] commands, int replyLines) throws IOException {
        socket.getOutputStream().write(commands);
        int lines = replyLines;
        while (lines > 0) {
            int read = in.read(buffer);
            if (read < 0) {
                throw new EOFException();
            }
            if (buffer[0] == '-') {
                throw new IOException(new String(buffer, 0, read, StandardCharsets.US_ASCII));
            }
            for (int i = 0; i < read; i++) {
                if (buffer[i] == '\n') {
                    lines--;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
