package dev.pulse.pool.internal;

import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Redis;
import dev.pulse.task.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the calls of one handle wait for what becomes of what they asked for. A reply in this client's stream usually tells
 * that, and is handed straight to who waits for its id; but replies are hints. So each call that has heard nothing for 1 s,
 * 2 s, 4 s … asks Redis itself, and at once when replies may have been missed: the lane carries what many ask in one
 * pipeline. Thread-safe.
 */
final class Answers {
    /** What a reply is about, in its field {@code y}. */
    static final String DISPATCH = "d";

    static final String STOP = "s";
    static final String MESSAGE = "m";
    private static final String MARK = "k";

    private static final long FIRST_ASK = TimeUnit.SECONDS.toNanos(1);
    /** When somebody else is told, nobody tells this client. */
    private static final long FIRST_ASK_UNTOLD = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long LONGEST_ASK = TimeUnit.SECONDS.toNanos(8);
    private static final long LONGEST_ASK_UNTOLD = TimeUnit.SECONDS.toNanos(1);
    /** How long one question may take; a close has to wait for it. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final Redis redis;
    private final Signals signals;
    private final String pool;
    private final String client;
    private final PoolLife life;
    private final AtomicLong numbers = new AtomicLong();
    private final ConcurrentHashMap<String, List<Wait>> waits = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable ReplyReader reader;
    private volatile boolean closed;

    /** Finds out whether something is known by now; null when it is not, and is to be waited for. */
    @FunctionalInterface
    interface Question {
        @Nullable
        Answer ask(Redis redis) throws InterruptedException;
    }

    /**
     * Needs no connection before the first call that waits.
     *
     * @param client an id that no other handle of the pool has
     */
    Answers(Redis redis, Signals signals, String pool, String client, PoolLife life) {
        this.redis = redis;
        this.signals = signals;
        this.pool = pool;
        this.client = client;
        this.life = life;
    }

    /** Whom workers are to tell. */
    String client() {
        return client;
    }

    /** An id that nobody else has, for a dispatch or a request. */
    String newId() {
        return client + '-' + Long.toString(numbers.incrementAndGet(), Character.MAX_RADIX);
    }

    /**
     * Begins to wait, before what is waited for is asked for.
     *
     * @param about {@link #DISPATCH}, {@link #STOP} or {@link #MESSAGE}
     * @throws IllegalStateException when it is closed
     */
    Wait begin(PoolIncarnation in, String about, String id) throws InterruptedException {
        return begin(new Wait(in, false), about, id);
    }

    /** Begins to wait for a dispatch; until it has ended, or has begun. */
    Wait beginDispatch(PoolIncarnation in, JobScripts.Request job) throws InterruptedException {
        return begin(new Wait(in, job.untilEnd()), DISPATCH, job.id());
    }

    private Wait begin(Wait wait, String about, String id) throws InterruptedException {
        listen(wait.pool());
        add(wait, about, id);
        // looked at after it is known: a close before that has not ended it
        if (closed) {
            end(wait, about, id);
            requireOpen();
        }
        return wait;
    }

    private void add(Wait wait, String about, String id) {
        waits.merge(about + id, List.of(wait), Answers::joined);
    }

    private static List<Wait> joined(List<Wait> before, List<Wait> more) {
        List<Wait> all = new ArrayList<>(before);
        all.addAll(more);
        return all;
    }

    /** The call waits no more. */
    void end(Wait wait, String about, String id) {
        waits.computeIfPresent(about + id, (name, all) -> {
            if (all.size() == 1) {
                return all.getFirst() == wait ? null : all;
            }
            return all.stream().filter(other -> other != wait).toList();
        });
    }

    private void listen(PoolIncarnation in) throws InterruptedException {
        ReplyReader known = reader;
        (known == null ? startReading() : known).listenTo(in);
    }

    private ReplyReader startReading() {
        lock.lock();
        try {
            requireOpen();
            ReplyReader known = reader;
            if (known == null) {
                known = new ReplyReader(redis, signals, pool, client, life, this);
                reader = known;
            }
            return known;
        } finally {
            lock.unlock();
        }
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("pool \"" + pool + "\" is closed");
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** A reply came. */
    void tell(String about, String id, Answer.Told what) {
        List<Wait> all = waits.get(about + id);
        if (all != null) {
            all.forEach(wait -> wait.tell(what));
        }
    }

    /** The stream of replies was lost, and has been made again: whatever stood in it is lost. */
    void repliesLost() {
        ReplyReader reading = reader;
        if (reading != null) {
            reading.madeAgain();
        }
        nudge();
    }

    /** Replies may have been missed, or the pool may have another incarnation: all who wait ask at once. */
    void nudge() {
        waits.values().forEach(all -> all.forEach(Wait::nudge));
    }

    /**
     * Waits for what was accepted.
     *
     * @param told whether this client is the one that is told
     * @param end by {@link System#nanoTime}
     */
    Answer await(Wait wait, Question question, boolean told, long end) throws InterruptedException {
        long pause = told ? FIRST_ASK : FIRST_ASK_UNTOLD;
        long next = System.nanoTime() + pause;
        while (true) {
            if (wait.told() == null && !closed) {
                wait.sleep(next - end < 0 ? next : end);
            }
            Answer answer = wait.told();
            if (answer != null) {
                return answer;
            }
            if (closed) {
                return new Answer.Closed();
            }
            long now = System.nanoTime();
            if (now - end >= 0) {
                return new Answer.Late();
            }
            if (wait.takeNudge() || now - next >= 0) {
                answer = ask(wait, question);
                if (answer != null) {
                    return answer;
                }
                pause = Math.min(2 * pause, told ? LONGEST_ASK : LONGEST_ASK_UNTOLD);
                next = System.nanoTime() + pause;
            }
        }
    }

    /** Asks at once; null when it is still to be waited for, or Redis does not say. */
    @Nullable
    Answer ask(Wait wait, Question question) throws InterruptedException {
        try {
            Answer answer = question.ask(redis.until(System.nanoTime() + PATIENCE));
            return answer instanceof Answer.Untraceable ? lookForReply(wait) : answer;
        } catch (RedisUnavailableException e) {
            return wait.told();
        }
    }

    /**
     * For what Redis knows nothing of: the reply that told of its end may be under way. A mark is sent after it, and when that
     * has come, everything before it has.
     *
     * @return what was told; that there was nothing; or null when nobody can say
     */
    @Nullable
    Answer lookForReply(Wait wait) throws InterruptedException {
        ReplyReader reading = reader;
        String id = newId();
        Wait mark = new Wait(wait.pool(), false);
        add(mark, MARK, id);
        try {
            boolean marked = reading != null && reading.mark(wait.pool(), MARK, id);
            long end = System.nanoTime() + PATIENCE;
            while (marked && mark.told() == null && !closed && System.nanoTime() - end < 0) {
                mark.sleep(end);
            }
            Answer told = wait.told();
            return told != null || mark.told() == null ? told : new Answer.Untraceable();
        } catch (RedisUnavailableException e) {
            return wait.told();
        } finally {
            end(mark, MARK, id);
        }
    }

    /** Ends all calls that wait; the loop may go on for a moment. */
    void stop() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
        nudge();
        ReplyReader last = reader;
        if (last != null) {
            last.stop();
        }
    }

    /** Waits for the end of the loop; no longer than to the deadline, by {@link System#nanoTime}. */
    void close(long deadline) {
        stop();
        ReplyReader last = reader;
        if (last != null) {
            last.close(deadline);
        }
    }
}
