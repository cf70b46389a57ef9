package dev.pulse.pool.internal;

import dev.pulse.PoolShutDownException;
import dev.pulse.redis.Command;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that reads what others tell a client, on a connection of its own, and hands each reply to who waits for it. The
 * client makes the stream, keeps it alive by its beats, and makes it again when it is lost; others write only into one that
 * is there.
 */
final class ReplyReader {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");
    private static final Command.Name XREAD = Command.Name.of("XREAD");
    /** After so many bytes of answers what was read is removed: results are large, and the stream is bounded by their number. */
    private static final long TRIM_EVERY = 1 << 20;

    private static final Duration BLOCK = Duration.ofSeconds(5);
    private static final int COUNT = 500;
    private static final String START = "0";
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final Redis redis;
    private final String pool;
    private final String client;
    private final PoolLife life;
    private final Answers answers;
    private final OwnedConnection connection;
    private final Loop loop;

    /** Whose stream is known to be there. */
    private volatile @Nullable PoolIncarnation listening;

    private volatile boolean fromStart;

    /* of the loop's thread */
    private @Nullable PoolIncarnation reading;
    private String last = START;
    private long bytesRead;
    private long malformed;
    private long malformedLoggedAt;

    /** Whether the last read failed, so that others may have told something in vain. */
    private boolean unsure;

    ReplyReader(Redis redis, Signals signals, String pool, String client, PoolLife life, Answers answers) {
        this.redis = redis;
        this.pool = pool;
        this.client = client;
        this.life = life;
        this.answers = answers;
        this.connection = redis.connection("pool-replies");
        this.loop = Loop.start(signals.loop("pool " + pool + " replies", false), this::turn);
    }

    /** Has the stream of replies be there before anything is asked for that is answered there. */
    void listenTo(PoolIncarnation in) throws InterruptedException {
        PoolIncarnation before = listening;
        if (before != in) {
            make(in);
            listening = in;
            if (before != null) {
                connection.unblock(redis);
            }
        }
    }

    /** A beat does that as well; where the incarnation is gone, what is asked for next will say so. */
    private void make(PoolIncarnation in) throws InterruptedException {
        if (in.members().beat(redis, client, List.of()) instanceof MemberScripts.Alive alive && alive.repliesMade()) {
            fromStart = true;
        }
    }

    /** The stream was lost, and has been made again. */
    void madeAgain() {
        fromStart = true;
    }

    /** Adds a reply of our own; false when there is no stream. */
    boolean mark(PoolIncarnation in, String about, String id) throws InterruptedException {
        return redis.call(Command.repeatable("XADD")
                        .key(in.keys().replies(client))
                        .arg("NOMKSTREAM")
                        .arg("*")
                        .arg("y")
                        .arg(about)
                        .arg("id")
                        .arg(id)
                        .arg("st")
                        .arg("done")
                        .arg("t")
                        .arg("0"))
                != null;
    }

    private void turn() throws InterruptedException {
        PoolIncarnation present = present();
        if (unsure) {
            make(present);
            // another Redis may have taken over, which knows less
            present.refresh();
        }
        if (fromStart || reading != present) {
            fromStart = false;
            reading = present;
            last = START;
        }
        boolean wasUnsure = unsure;
        unsure = true;
        Command read = Command.repeatable(XREAD).arg("COUNT").arg(COUNT);
        if (!wasUnsure) {
            read.arg("BLOCK").arg(BLOCK.toMillis());
        }
        read.arg("STREAMS").key(present.keys().replies(client)).arg(last);
        List<@Nullable Object> entries = Replies.entriesOfOneStream(connection.call(read, BLOCK));
        unsure = false;
        for (Object entry : entries) {
            List<@Nullable Object> parts = Replies.list(entry);
            last = Replies.text(parts.getFirst());
            take(parts.get(1));
        }
        if (wasUnsure) {
            answers.nudge();
        }
        if (bytesRead >= TRIM_EVERY) {
            bytesRead = 0;
            trim(present);
        }
    }

    private void trim(PoolIncarnation present) throws InterruptedException {
        Command trim = Command.repeatable("XTRIM")
                .key(present.keys().replies(client))
                .arg("MINID")
                .arg(last);
        connection.call(trim, Duration.ZERO);
    }

    private PoolIncarnation present() {
        try {
            return life.current();
        } catch (PoolShutDownException e) {
            answers.nudge();
            throw new Loop.Over(e);
        }
    }

    private void take(@Nullable Object content) {
        try {
            Map<String, byte[]> fields = fields(content);
            String state = text(fields, "st");
            byte[] answer = fields.getOrDefault("e", new byte[0]);
            bytesRead += answer.length;
            answers.tell(
                    text(fields, "y"),
                    text(fields, "id"),
                    new Answer.Told(state, Long.parseLong(text(fields, "t")), answer));
        } catch (IllegalArgumentException e) {
            malformed(e);
        }
    }

    private void malformed(IllegalArgumentException cause) {
        malformed++;
        long now = System.nanoTime();
        if (malformed == 1 || now - malformedLoggedAt >= BETWEEN_LINES.toNanos()) {
            malformedLoggedAt = now;
            LOG.warn("pool={} state=malformed-reply count={} cause=\"{}\"", pool, malformed, cause.getMessage());
        }
    }

    private static Map<String, byte[]> fields(@Nullable Object content) {
        Map<String, byte[]> fields = new HashMap<>();
        List<@Nullable Object> all = Replies.list(content);
        for (int i = 0; i + 1 < all.size(); i += 2) {
            fields.put(Replies.text(all.get(i)), Replies.bytes(all.get(i + 1)));
        }
        return fields;
    }

    private static String text(Map<String, byte[]> fields, String name) {
        byte[] value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a reply has a field " + name + ", has " + fields.keySet());
        }
        return Replies.text(value);
    }

    /** Asks it to end, and ends the read that runs. */
    void stop() {
        loop.stop();
        connection.close();
    }

    /** Waits for its end until the deadline, by {@link System#nanoTime}, or ends it the hard way. */
    void close(long deadline) {
        stop();
        boolean ended = false;
        try {
            ended = loop.join(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            loop.interrupt();
            Deadlines.hardPhase(loop::join);
        }
    }
}
