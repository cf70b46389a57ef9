package dev.pulse.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;

/**
 * A connected socket that gathers what is written until it is flushed. Jedis by itself writes 8 KiB at a time, and each
 * write can wake Redis for a part of a pipeline. Has what Jedis asks of a socket.
 */
final class GatheringSocket extends Socket {
    private static final int MOST_BYTES = 64 * 1024;

    private final Socket socket;
    private final OutputStream out;

    GatheringSocket(Socket socket) throws IOException {
        // without an implementation of its own, which would be a socket more
        super((SocketImpl) null);
        this.socket = socket;
        this.out = new Gathering(socket.getOutputStream());
    }

    @Override
    public OutputStream getOutputStream() {
        return out;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return socket.getInputStream();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** Takes no more memory than it ever gathered: most connections carry one short command at a time. */
    private static final class Gathering extends OutputStream {
        private final OutputStream out;
        private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();

        Gathering(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            if (gathered.size() + length > MOST_BYTES) {
                pass();
            }
            if (length > MOST_BYTES) {
                out.write(bytes, from, length);
            } else {
                gathered.write(bytes, from, length);
            }
        }

        @Override
        public void flush() throws IOException {
            pass();
            out.flush();
        }

        private void pass() throws IOException {
            if (gathered.size() > 0) {
                gathered.writeTo(out);
                gathered.reset();
            }
        }
    }
}
