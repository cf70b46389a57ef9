package dev.pulse.pool.internal;

import static org.awaitility.Awaitility.await;

import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.internal.MessageScripts.Handled;
import dev.pulse.pool.internal.OwnerScripts.About;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.OwnerScripts.Waiter;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.redis.Replies;
import dev.pulse.task.Signals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A worker without handlers, made by hand: the test says what it does with what comes into its inbox. */
final class HandWorker implements AutoCloseable {
    /** What it does with jobs it is to start. */
    enum Starts {
        BEGIN,
        /** Does the task at once. */
        DO,
        FAIL,
        LEAVE
    }

    final String id;
    private final Redis redis;
    private final PoolLife life;
    private final Thread thread;
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private final Map<String, String> entries = new ConcurrentHashMap<>();
    private final Queue<Map<String, String>> seen = new ConcurrentLinkedQueue<>();

    volatile Starts starts = Starts.BEGIN;
    volatile boolean stops = true;
    /** Whether it tells those who wait; otherwise they have to find out. */
    volatile boolean tells = true;
    /** What it answers messages; null for not at all. */
    volatile @Nullable String answer = "answer";

    volatile boolean messagesFail;
    private volatile PoolIncarnation pool;
    private volatile boolean closed;

    private HandWorker(String uri, String name, String id) throws InterruptedException {
        this.id = id;
        Duration time = Duration.ofSeconds(20);
        redis = Redis.open(
                new RedisOptions(RedisUri.parse(uri), "worker", Duration.ofSeconds(2), time), new Signals(event -> {}));
        life = new PoolLife(redis, name, new PoolScripts(name), () -> {});
        pool = life.open(PoolSettings.DEFAULTS);
        join();
        thread = Thread.ofVirtual().name("hand worker " + id).start(this::run);
    }

    static HandWorker join(String uri, String pool, String id) throws InterruptedException {
        return new HandWorker(uri, pool, id);
    }

    private void join() throws InterruptedException {
        Ring ring = pool.ring();
        while (true) {
            switch (pool.members()
                    .join(redis, new MemberScripts.Joining(id, "", "node of " + id, false), ring.joinedBy(id, ""))) {
                case MemberScripts.Member member -> {
                    pool.learn(Ring.parse(member.ringVersion(), member.slots()));
                    return;
                }
                case RingChanged changed -> ring = Client.learn(pool, changed);
                case LeaseLost lost -> throw new IllegalStateException("lost");
                case Closing closing -> throw new IllegalStateException("closing");
                case Gone gone -> throw new IllegalStateException("gone");
            }
        }
    }

    /** Goes to the incarnation that came after a loss of state, and makes its recovery end. */
    void follow() throws InterruptedException {
        PoolIncarnation next = life.after(pool, redis.forOneCall());
        boolean recovering = true;
        while (recovering) {
            recovering = next.members().beat(redis, "nobody", List.of()) instanceof MemberScripts.Alive alive
                    && alive.recovering();
            Thread.sleep(20);
        }
        held.clear();
        entries.clear();
        pool = next;
        join();
        place();
    }

    /** Has all that waits be handed out, and all that is due. */
    void place() throws InterruptedException {
        Placing placing = new Placing(redis, new WorkerReports("hand", new Signals(event -> {})));
        placing.placeWaiting(pool);
        placing.placeDue(pool);
    }

    private void run() {
        String last = "0";
        PoolIncarnation of = pool;
        while (!closed) {
            try {
                if (of != pool) {
                    of = pool;
                    last = "0";
                }
                for (Object entry : Replies.list(redis.call(Command.repeatable("XRANGE")
                        .key(of.keys().inbox(id))
                        .arg("(" + (last.equals("0") ? "0-0" : last))
                        .arg("+")
                        .arg("COUNT")
                        .arg(100)))) {
                    last = Replies.text(Replies.list(entry).getFirst());
                    handle(of, last, Replies.list(Replies.list(entry).get(1)));
                }
                Thread.sleep(2);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Begins a task as soon as it has got it. */
    void beginTaskWhenThere(String key) throws InterruptedException {
        await().atMost(Caller.LONG).until(() -> has(key));
        beginTask(key);
    }

    private void handle(PoolIncarnation at, String entry, List<?> content) throws InterruptedException {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < content.size(); i += 2) {
            fields.put(Replies.text(content.get(i)), Replies.text(content.get(i + 1)));
        }
        seen.add(fields);
        String key = text(fields, "k");
        switch (text(fields, "y")) {
            case "s" -> {
                Held job = new Held(
                        id, key, Long.parseLong(text(fields, "t")), text(fields, "id"), tells ? text(fields, "c") : "");
                entries.put(key, entry);
                held.put(key, job);
                switch (starts) {
                    case BEGIN -> begin(key);
                    case DO -> {
                        beginTask(key);
                        finish(key, "result of " + key);
                    }
                    case FAIL -> fail(key, "start threw");
                    case LEAVE -> {}
                }
            }
            case "x" -> {
                if (stops) {
                    stop(at, key, entry, fields);
                }
            }
            case "g" -> answer(at, entry, fields);
            default ->
                redis.call(Command.repeatable("XDEL").key(at.keys().inbox(id)).arg(entry));
        }
    }

    /** What an entry says; empty when it does not. */
    private static String text(Map<String, String> fields, String name) {
        return fields.getOrDefault(name, "");
    }

    private Held held(String key) {
        return Objects.requireNonNull(held.get(key), key);
    }

    private void stop(PoolIncarnation at, String key, String entry, Map<String, String> fields)
            throws InterruptedException {
        long token = Long.parseLong(text(fields, "t"));
        Held job = held.getOrDefault(key, new Held(id, key, token, "", ""));
        List<Waiter> waiters = new ArrayList<>();
        if (tells) {
            waiters.add(new Waiter(text(fields, "c"), About.STOP, text(fields, "id")));
            waiters.add(new Waiter(job.client(), About.DISPATCH, job.id()));
        }
        List<String> done = new ArrayList<>(List.of(entry));
        String start = entries.remove(key);
        if (start != null) {
            done.add(start);
        }
        // first: whoever waits for the stop is told by the script
        held.remove(key);
        at.owners().stopped(redis, job, waiters, done);
    }

    private void answer(PoolIncarnation at, String entry, Map<String, String> fields) throws InterruptedException {
        String text = answer;
        if (text != null) {
            var message = new MessageScripts.Entry(id, entry, text(fields, "c"), text(fields, "id"));
            byte[] reply = Caller.bytes(text + " to " + text(fields, "p"));
            Handled handled = messagesFail ? Handled.failed(message, reply) : Handled.done(message, reply);
            at.messages().settle(redis, List.of(handled));
        }
    }

    /** Says that it has started a job that it was to start. */
    OwnerScripts.Started begin(String key) throws InterruptedException {
        String entry = entries.remove(key);
        return pool.owners().started(redis, held(key), entry == null ? "" : entry);
    }

    /** Says that the start threw. */
    void fail(String key, String error) throws InterruptedException {
        String entry = entries.remove(key);
        pool.owners().fail(redis, held(key), error, entry == null ? List.of() : List.of(entry));
        held.remove(key);
    }

    /** Says that it begins an attempt of a task. */
    OwnerScripts.Begun beginTask(String key) throws InterruptedException {
        String entry = entries.remove(key);
        return pool.owners().begin(redis, held(key), entry == null ? "" : entry, 5, false);
    }

    /** Says that a task is done. */
    OwnerScripts.Ended finish(String key, String result) throws InterruptedException {
        OwnerScripts.Ended ended = pool.owners().finish(redis, held(key), Caller.bytes(result), List.of());
        held.remove(key);
        return ended;
    }

    /** Puts a job that it runs aside. */
    void later(String key, int allowed) throws InterruptedException {
        var failure = new OwnerScripts.Failure(Duration.ofMinutes(10), "not now", OwnerScripts.Count.ADDED, allowed);
        pool.owners().later(redis, held(key), failure, "", List.of());
        held.remove(key);
    }

    boolean has(String key) {
        return held.containsKey(key);
    }

    /** What came into its inbox of this kind and about this key. */
    List<Map<String, String>> seen(String kind, String key) {
        return seen.stream()
                .filter(entry -> kind.equals(entry.get("y")) && key.equals(entry.get("k")))
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        redis.close(System.nanoTime() + Duration.ofSeconds(5).toNanos());
    }
}
