package dev.pulse.redis;

import dev.pulse.task.Tasks;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.Connection;

/**
 * Cuts a connection when what is done on it takes too long. A socket's own time-out bounds each single read, and no
 * write: one to a silent Redis hangs, once the buffers on the way are full, until the kernel gives up after minutes. Its
 * virtual thread ends when it is closed.
 */
final class Guard implements AutoCloseable {
    private final Connection connection;
    private final long deadline;
    private final Thread thread;
    private volatile boolean done;

    private Guard(Connection connection, long deadline) {
        this.connection = connection;
        this.deadline = deadline;
        this.thread = Tasks.start("guard", this::run);
    }

    /** Cuts the connection at the deadline, by {@link System#nanoTime}, unless closed before. */
    static Guard over(Connection connection, long deadline) {
        return new Guard(connection, deadline);
    }

    private void run() {
        while (!done) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                OwnedConnection.discard(connection);
                return;
            }
            LockSupport.parkNanos(this, left);
        }
    }

    @Override
    public void close() {
        done = true;
        LockSupport.unpark(thread);
    }
}
