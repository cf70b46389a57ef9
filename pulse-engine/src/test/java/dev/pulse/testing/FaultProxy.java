package dev.pulse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a Redis, in this process, that breaks connections when told, holds them up, or loses what is
 * said on them.
 *
 * <p>Each connection has two virtual threads, one for each direction, and each holds at most one buffer of 16 KiB: what
 * is held up beyond that waits in the sockets and then at the sender, as it would in a network. Safe for use by several
 * threads.
 */
public final class FaultProxy implements AutoCloseable {
    private enum Mode {
        PASSING,
        SILENT,
        CUT,
        CLOSED
    }

    private static final int BUFFER = 16 * 1024;
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final Duration END_LIMIT = Duration.ofSeconds(5);
    private static final long NEVER = Long.MAX_VALUE;

    private final int target;
    private final ServerSocket listener;
    private final Thread acceptor;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AtomicInteger repliesToLose = new AtomicInteger();
    private final AtomicLong bytesUntilReset = new AtomicLong(NEVER);
    private final AtomicLong heard = new AtomicLong();
    private volatile Passage toRedis = Passage.free();
    private volatile Passage fromRedis = Passage.free();
    /* guarded by lock */
    private final Set<Link> links = new HashSet<>();
    private Mode mode = Mode.PASSING;
    private long accepted;
    private long ended;

    private FaultProxy(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen", e);
        }
        acceptor = Thread.ofVirtual().name("fault-proxy-" + port()).start(this::accept);
    }

    /** A proxy in front of a port of this machine, which may be down for the time being. */
    public static FaultProxy to(int port) {
        return new FaultProxy(port);
    }

    /** As {@link #to(int)}, by the URI of a Redis on this machine. */
    public static FaultProxy to(String uri) {
        return to(URI.create(uri).getPort());
    }

    /** {@code redis://127.0.0.1:<port>}. */
    public String uri() {
        return "redis://127.0.0.1:" + port();
    }

    /** The port it listens on, the same until it is closed. */
    public int port() {
        return listener.getLocalPort();
    }

    /**
     * Resets all connections, at both ends, and every new one as soon as it is accepted, until {@link #heal()}. What
     * was held up is lost. Returns when they are closed.
     */
    public void cut() {
        reset(enter(Mode.CUT));
    }

    /**
     * Forwards nothing that is read from now on, in either direction, the end of a connection included, until
     * {@link #heal()}. Connections stay open, new ones are accepted and have no answer.
     */
    public void silence() {
        enter(Mode.SILENT);
    }

    /** Lets everything through again: first what was held up by {@link #silence()}. */
    public void heal() {
        enter(Mode.PASSING);
    }

    /** How all that is read from now on gets through, in both directions; freely at first. */
    public void pass(Passage value) {
        toRedis = value;
        fromRedis = value;
    }

    /** The same for what Redis says only. */
    public void passReplies(Passage value) {
        fromRedis = value;
    }

    /** Loses what Redis says next, so many times, each with its connection: the command was carried out, no reply came. */
    public void loseReplies(int replies) {
        repliesToLose.set(replies);
    }

    /** Lets so many more bytes of Redis through, over all connections, and resets the one that would pass the next. */
    public void resetAfter(long bytes) {
        bytesUntilReset.set(bytes);
    }

    /** How many of these bytes of Redis get through; where fewer than all, their connection ends. */
    private int admitted(int bytes) {
        if (repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return 0;
        }
        long left = bytesUntilReset.getAndUpdate(now -> now == NEVER || now < bytes ? NEVER : now - bytes);
        return (int) Math.min(left, bytes);
    }

    /** How many connections are open through it; one that is closed while silent counts until it heals. */
    public int connections() {
        lock.lock();
        try {
            return links.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many connections were asked for, those reset at once included. */
    public long accepted() {
        lock.lock();
        try {
            return accepted;
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes clients have said, over all connections, what is held up included. */
    public long heard() {
        return heard.get();
    }

    /** How many connections the client ended with a word, after all that it had said; others it reset. */
    public long ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Resets all connections and listens no more. Further calls do nothing. */
    @Override
    public void close() {
        List<Link> open = enter(Mode.CLOSED);
        closeQuietly(listener);
        awaitEnd(acceptor);
        reset(open);
    }

    /** Returns the links that there are; those accepted later see the new mode. */
    private List<Link> enter(Mode next) {
        lock.lock();
        try {
            if (mode != Mode.CLOSED) {
                mode = next;
            } else if (next != Mode.CLOSED) {
                throw new IllegalStateException("the proxy is closed");
            }
            changed.signalAll();
            return List.copyOf(links);
        } finally {
            lock.unlock();
        }
    }

    private static void reset(List<Link> open) {
        open.forEach(Link::reset);
        open.forEach(Link::awaitEnd);
    }

    /** A socket that a virtual thread is blocked on is really closed only when that thread has noticed. */
    private static void awaitEnd(Thread thread) {
        try {
            if (!thread.join(END_LIMIT)) {
                throw new IllegalStateException(thread.getName() + " did not end within " + END_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (true) {
            Socket client;
            try {
                client = listener.accept();
            } catch (IOException e) {
                // closed; a listener on the loopback has no other reason that would pass
                return;
            }
            Link link = new Link(client);
            if (admit(link)) {
                link.start();
            } else {
                link.reset();
            }
        }
    }

    private boolean admit(Link link) {
        lock.lock();
        try {
            accepted++;
            return mode != Mode.CUT && mode != Mode.CLOSED && links.add(link);
        } finally {
            lock.unlock();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // it is of no use any more, which is what was wanted
        }
    }

    /** One connection: its two sockets and two threads. */
    private final class Link {
        private final Socket client;
        private final List<Thread> threads = new CopyOnWriteArrayList<>();
        /* guarded by the proxy's lock */
        private @Nullable Socket server;
        private boolean over;
        private int openDirections = 2;

        Link(Socket client) {
            this.client = client;
        }

        void start() {
            start("to-redis", this::run);
        }

        private void start(String direction, Runnable work) {
            Thread thread = Thread.ofVirtual()
                    .name("fault-proxy-" + client.getPort() + "-" + direction)
                    .unstarted(work);
            threads.add(thread);
            thread.start();
        }

        /** The thread of one direction starts the other's: once the first has ended there are no more to come. */
        void awaitEnd() {
            for (int i = 0; i < threads.size(); i++) {
                FaultProxy.awaitEnd(threads.get(i));
            }
        }

        private void run() {
            // silent means that Redis sees nothing of it, and that its absence is not seen either
            if (!awaitPassing()) {
                return;
            }
            Socket redis = new Socket();
            if (!attach(redis)) {
                return;
            }
            try {
                redis.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_TIMEOUT_MILLIS);
                redis.setTcpNoDelay(true);
                client.setTcpNoDelay(true);
            } catch (IOException e) {
                reset();
                return;
            }
            start("from-redis", () -> forward(redis, client, true));
            forward(client, redis, false);
        }

        /** Before it connects, so that a cut ends the attempt; false if this link is over. */
        private boolean attach(Socket redis) {
            lock.lock();
            try {
                if (!over) {
                    server = redis;
                }
                return !over;
            } finally {
                lock.unlock();
            }
        }

        private void forward(Socket from, Socket to, boolean replies) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!replies) {
                        heard.addAndGet(n);
                    }
                    if (!awaitPassing()) {
                        return;
                    }
                    int through = replies ? admitted(n) : n;
                    (replies ? fromRedis : toRedis).write(out, buffer, through);
                    if (through < n) {
                        reset();
                        return;
                    }
                }
                if (awaitPassing()) {
                    if (!replies) {
                        clientEnded();
                    }
                    to.shutdownOutput();
                    directionEnded();
                }
            } catch (IOException e) {
                if (awaitPassing()) {
                    reset();
                }
            }
        }

        /** Waits while silent; false if this link is cut, so that what was held up does not slip through before. */
        private boolean awaitPassing() {
            lock.lock();
            try {
                while (mode == Mode.SILENT && !over) {
                    changed.awaitUninterruptibly();
                }
                return mode == Mode.PASSING && !over;
            } finally {
                lock.unlock();
            }
        }

        private void clientEnded() {
            lock.lock();
            try {
                ended++;
            } finally {
                lock.unlock();
            }
        }

        private void directionEnded() {
            lock.lock();
            try {
                openDirections--;
                if (openDirections > 0) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            // both ends have had the other's end: closing resets nothing
            if (finish()) {
                closeSockets();
            }
        }

        void reset() {
            if (finish()) {
                resetSocket(client);
                Socket redis = serverSocket();
                if (redis != null) {
                    resetSocket(redis);
                }
            }
        }

        /** Whether this call ended it. */
        private boolean finish() {
            lock.lock();
            try {
                boolean first = !over;
                over = true;
                links.remove(this);
                changed.signalAll();
                return first;
            } finally {
                lock.unlock();
            }
        }

        private void closeSockets() {
            closeQuietly(client);
            Socket redis = serverSocket();
            if (redis != null) {
                closeQuietly(redis);
            }
        }

        private @Nullable Socket serverSocket() {
            lock.lock();
            try {
                return server;
            } finally {
                lock.unlock();
            }
        }

        private void resetSocket(Socket socket) {
            try {
                // no lingering: what is unsent is dropped and the peer gets a reset instead of an end
                socket.setSoLinger(true, 0);
            } catch (IOException e) {
                // the peer has gone already
            }
            closeQuietly(socket);
        }
    }
}
