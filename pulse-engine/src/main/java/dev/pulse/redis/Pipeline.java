package dev.pulse.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import redis.clients.jedis.Connection;

/**
 * What a {@link Lane} has sent and Redis has not answered. Only for who has the lane's connection, but for
 * {@link #underWay}.
 *
 * <p>Of many calls half is answered while the other half is on its way: their callers take the replies and make the next
 * calls while Redis works. One pipeline after the other would have each side wait for the other.
 */
final class Pipeline {
    private static final int BATCH_COMMANDS = 1_000;
    private static final int BATCH_BYTES = 256 * 1024;
    /** Fewer calls than these are not worth two writes and two reads. */
    private static final int WORTH_HALVING = 16;
    /**
     * What a connection takes without waiting for Redis, so that writing it cannot hang: with all that is on its way not
     * more than this, which is less than the least that systems give the buffers on the way together.
     */
    private static final int UNGUARDED_BYTES = 64 * 1024;

    private final Duration timeout;
    private final Queue<Call> underWay = new ConcurrentLinkedQueue<>();
    private final List<Call> next = new ArrayList<>();
    private int calls;
    private int bytes;
    private boolean misdirected;

    /** Writing may take as long as {@code timeout}; how long reading may take is the connection's affair. */
    Pipeline(Duration timeout) {
        this.timeout = timeout;
    }

    /** What is sent and not answered, for any thread to look at. */
    Iterable<Call> underWay() {
        return underWay;
    }

    /** Carries one call alone. */
    void exchange(Connection connection, Call call) {
        next.add(call);
        send(connection);
        receive(connection, calls);
    }

    /** Sends what is queued, if that is wanted, and hands out replies: all, or where many are to come, half of them. */
    void advance(Connection connection, Queue<Call> queue, boolean more) {
        if (more) {
            takeFrom(queue);
            send(connection);
        }
        receive(connection, calls < WORTH_HALVING ? calls : calls / 2);
    }

    boolean isEmpty() {
        return calls == 0;
    }

    private void takeFrom(Queue<Call> queue) {
        int batchCommands = 0;
        int batchBytes = 0;
        while (batchCommands < BATCH_COMMANDS && batchBytes < BATCH_BYTES) {
            Call call = queue.poll();
            if (call == null) {
                return;
            }
            if (call.take()) {
                next.add(call);
                batchCommands += call.commands().size();
                batchBytes += call.bytes();
            }
        }
    }

    /** Leaves the last of it in the connection's buffer, which the next read flushes. */
    private void send(Connection connection) {
        if (next.isEmpty()) {
            return;
        }
        for (Call call : next) {
            underWay.add(call);
            calls++;
            bytes += call.bytes();
        }
        if (bytes <= UNGUARDED_BYTES) {
            write(connection);
        } else {
            try (Guard guard = Guard.over(connection, System.nanoTime() + timeout.toNanos())) {
                write(connection);
                receive(connection, 1);
            }
        }
    }

    private void write(Connection connection) {
        for (Call call : next) {
            call.send(connection);
        }
        next.clear();
    }

    private void receive(Connection connection, int count) {
        for (int i = 0; i < count; i++) {
            Call first = underWay.element();
            first.receive(connection);
            underWay.remove();
            calls--;
            bytes -= first.bytes();
            misdirected |= first.isMisdirected();
        }
    }

    /** The connection is of no more use; what was sent is lost. */
    void lose(Throwable cause) {
        next.clear();
        for (Call call = underWay.poll(); call != null; call = underWay.poll()) {
            call.lose(cause);
        }
        calls = 0;
        bytes = 0;
    }

    /** Whether an answer said that it is not from the primary, or not yet again. */
    boolean isMisdirected() {
        return misdirected;
    }

    /** A new connection may lead somewhere else. */
    void forgetMisdirection() {
        misdirected = false;
    }
}
