package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.RedisReplyException;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Promise;
import dev.pulse.pool.PoolSnapshot;
import dev.pulse.pool.internal.MessageScripts.Handled;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.redis.Redis;
import dev.pulse.task.Signals;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Somebody else's data in keys of ours: a script fails before it has changed anything, or does all it has to. */
@RedisTest(shared = true)
class GarbageInPoolsTest {
    private final List<String> halfDone = new ArrayList<>();
    private Redis connection;
    private RespClient raw;

    @BeforeEach
    void connect(TestRedis redis) {
        connection = ScriptPool.connect(redis);
        raw = redis.client();
    }

    @AfterEach
    void disconnect() {
        raw.close();
        ScriptPool.disconnect(connection);
    }

    /** One call of a script, in a pool where it has something to do. */
    private interface Scene {
        Object play(ScriptPool pool, Held job) throws InterruptedException;
    }

    private static Map<String, Scene> scenes() {
        Map<String, Scene> scenes = new LinkedHashMap<>();
        scenes.put("admit", (pool, job) -> pool.admit(pool.version(), "w1", once("k2", Duration.ZERO)));
        scenes.put("admit to wait", (pool, job) -> pool.admit(2, "", once("k2", Duration.ZERO)));
        scenes.put("admit delayed", (pool, job) -> pool.admit(2, "w1", once("k2", Duration.ofSeconds(1))));
        scenes.put("ask", (pool, job) -> pool.jobs.ask(pool.redis, "k", job.id()));
        scenes.put("withdraw", (pool, job) -> pool.jobs.withdraw(pool.redis, "k2", "id-k2"));
        scenes.put("stop", (pool, job) -> pool.reach.stop(pool.redis, stop("k", "w1")));
        scenes.put("stop what waits", (pool, job) -> pool.reach.stop(pool.redis, stop("waiting", "")));
        scenes.put(
                "note",
                (pool, job) ->
                        pool.reach.note(pool.redis, new ReachScripts.Notification("k", "w1", bytes("n"), CLIENT, "r")));
        scenes.put("started", (pool, job) -> pool.start(job));
        scenes.put("fail", (pool, job) -> pool.owners.fail(pool.redis, job, "boom", entry(pool)));
        scenes.put("later", (pool, job) -> pool.owners.later(pool.redis, job, failure(2), "w2", entry(pool)));
        scenes.put("dead", (pool, job) -> pool.owners.later(pool.redis, job, failure(1), "w2", entry(pool)));
        scenes.put("begin", (pool, job) -> pool.owners.begin(pool.redis, job, "", 5, true));
        scenes.put("finish", (pool, job) -> pool.owners.finish(pool.redis, job, bytes("r"), entry(pool)));
        scenes.put("retry", (pool, job) -> pool.reach.retry(pool.redis, "dead", "id-dead", "r", "w2"));
        scenes.put(
                "drop dead",
                (pool, job) -> new DeadJobs(pool.redis, "", new Signals(event -> {}))
                        .drop(pool.keys, List.of(new PoolReads.JobSeen("dead", "id-dead", "dead", "", 0, ""))));
        scenes.put("drop due", (pool, job) -> pool.placement.dropDue(pool.redis, List.of("neither job nor message")));
        scenes.put("stopped", (pool, job) -> pool.owners.stopped(pool.redis, job, List.of(), entry(pool)));
        scenes.put(
                "reassert",
                (pool, job) -> pool.owners.reassert(
                        pool.redis,
                        "w1",
                        List.of(
                                new OwnerScripts.Running("k2", 5, "id-k2", bytes("p"), false, 1, 1, 0),
                                new OwnerScripts.Running("waiting", 6, "id-waiting", bytes("p"), true, 1, 1, 0)),
                        true));
        scenes.put("move", (pool, job) -> pool.placement.move(pool.redis, pool.version(), "w1", leaving(job, "w2")));
        scenes.put("move to wait", (pool, job) -> pool.placement.move(pool.redis, 2, "w1", leaving(job, "")));
        scenes.put("sweep", (pool, job) -> pool.placement.sweepStep(pool.redis, 2, "gone", List.of()));
        scenes.put(
                "place",
                (pool, job) -> pool.placement.place(
                        pool.redis, 2, List.of(new PlacementScripts.Placing("waiting", "id-waiting", CLIENT, "w2"))));
        scenes.put(
                "join",
                (pool, job) -> pool.members.join(
                        pool.redis,
                        new MemberScripts.Joining("w3", "w1", "node", true),
                        new MemberScripts.RingChange(2, "w3,w2", List.of("w2"))));
        scenes.put(
                "beat",
                (pool, job) -> pool.members.beat(pool.redis, CLIENT, List.of(new MemberScripts.Pulsing("w1", 2, 1))));
        scenes.put(
                "leave",
                (pool, job) -> pool.members.leaveBegin(
                        pool.redis, "w1", new MemberScripts.RingChange(2, ",w2", List.of("w2"))));
        scenes.put("leave end", (pool, job) -> pool.members.leaveEnd(pool.redis, "left"));
        scenes.put(
                "sweep begin",
                (pool, job) -> pool.members.sweepBegin(
                        pool.redis, "late", new MemberScripts.RingChange(2, "w1", List.of("w1"))));
        scenes.put("sweep end", (pool, job) -> pool.members.sweepEnd(pool.redis, "gone"));
        scenes.put(
                "send",
                (pool, job) -> pool.messages.send(
                        pool.redis, 2, "w1", new MessageScripts.Message("k", bytes("m"), CLIENT, "r")));
        scenes.put("message done", (pool, job) -> pool.settle(Handled.done(message(pool), bytes("yes"))));
        scenes.put(
                "message later",
                (pool, job) -> pool.messages.later(pool.redis, message(pool), Duration.ZERO, true, "w2"));
        scenes.put("message place", (pool, job) -> pool.messages.place(pool.redis, 2, "w1", "aside"));
        scenes.put(
                "forward",
                (pool, job) -> pool.messages.forward(
                        pool.redis,
                        2,
                        "w1",
                        List.of(new MessageScripts.Leaving(message(pool).entry(), "k", "w2"))));
        scenes.put(
                "config", (pool, job) -> pool.pools.change(pool.redis, pool.keys, 1, Map.of("max", 7L), List.of("w1")));
        scenes.put("shutdown", (pool, job) -> pool.pools.shutdown(pool.redis, pool.keys, List.of("w1")));
        return scenes;
    }

    private static JobScripts.Request once(String key, Duration delay) {
        return ScriptPool.job(key, "id-" + key, "digest", bytes("p"), CLIENT, 5, delay, false);
    }

    private static ReachScripts.StopRequest stop(String key, String owner) {
        return ScriptPool.stopOf(key, owner, "id-" + key, CLIENT, "r", "", "");
    }

    private static OwnerScripts.Failure failure(int allowed) {
        return new OwnerScripts.Failure(Duration.ZERO, "boom", OwnerScripts.Count.ADDED, allowed);
    }

    private static List<String> entry(ScriptPool pool) {
        return pool.inbox("w1", "s").stream().map(PoolSnapshot.Entry::id).toList();
    }

    private static MessageScripts.Entry message(ScriptPool pool) {
        String entry = pool.inbox("w1", "g").stream()
                .map(PoolSnapshot.Entry::id)
                .findFirst()
                .orElse("1-1");
        return new MessageScripts.Entry("w1", entry, CLIENT, "r");
    }

    private static List<PlacementScripts.Moving> leaving(Held job, String target) {
        return List.of(new PlacementScripts.Moving(job.key(), job.id(), job.token(), "", CLIENT, target));
    }

    /** A pool with everything in it once. */
    private static Held furnish(ScriptPool pool) throws InterruptedException {
        pool.beat();
        pool.join("w1");
        pool.join("w2");
        pool.admit(2, "", once("waiting", Duration.ZERO));
        pool.owners.later(
                pool.redis, pool.assign(once("dead", Duration.ZERO), "w1"), failure(0), "", pool.entryIds("w1"));
        pool.messages.send(pool.redis, 2, "w1", new MessageScripts.Message("k", bytes("m"), CLIENT, "r"));
        Held job = pool.assign(once("k", Duration.ZERO), "w1");
        pool.call("ZADD", pool.keys.gone(), "1", "gone");
        pool.call("ZADD", pool.keys.leases(), "1", "late");
        pool.call("ZADD", pool.keys.leases(), "1", "left");
        pool.call("HSET", pool.keys.worker("left"), "leaving", "1");
        pool.call("ZADD", pool.keys.due(), "1", "m:aside");
        pool.call("ZADD", pool.keys.due(), "1", "neither job nor message");
        pool.call("HSET", pool.keys.message("aside"), "y", "g", "k", "k");
        pool.meta("mq", "2");
        pool.meta("ma", "1");
        pool.call("ZADD", pool.keys.dead(), "1", "dead");
        return job;
    }

    private static List<String> keysOfPool(ScriptPool pool) {
        var keys = pool.keys;
        List<String> all = new ArrayList<>(List.of(
                keys.record(), keys.meta(), keys.waiting(), keys.due(), keys.dead(), keys.leases(), keys.gone()));
        all.addAll(List.of(keys.reasserting(), keys.replies(CLIENT), keys.message("aside")));
        for (String key : List.of("k", "k2", "waiting", "dead")) {
            all.addAll(List.of(keys.job(key), keys.payload(key), keys.outcome("id-" + key)));
        }
        for (String worker : List.of("w1", "w2", "w3", "gone", "left")) {
            all.addAll(List.of(keys.owned(worker), keys.inbox(worker), keys.worker(worker)));
        }
        return all;
    }

    @PulseTest
    @Attacks(value = Promise.P7, by = Fault.F15)
    void somebodyElsesDataUnderAnyKeyLeavesNothingHalfDone(Prefix prefix) throws InterruptedException {
        int refused = 0;
        for (var scene : scenes().entrySet()) {
            for (int i = 0; ; i++) {
                ScriptPool pool = pool(prefix, scene.getKey() + i);
                Held job = furnish(pool);
                List<String> keys = keysOfPool(pool);
                if (i == keys.size()) {
                    break;
                }
                pool.call("DEL", keys.get(i));
                pool.call("LPUSH", keys.get(i), "somebody else's");
                if (!playOrFail(scene.getValue(), pool, job, scene.getKey() + " with " + keys.get(i))) {
                    refused++;
                }
                pool.lose();
            }
        }
        assertThat(halfDone).isEmpty();
        assertThat(refused).isGreaterThan(100);
    }

    @PulseTest
    @Attacks(value = Promise.P7, by = Fault.F15)
    void numbersThatAreNoneLeaveNothingHalfDone(Prefix prefix) throws InterruptedException {
        int refused = 0;
        for (var scene : scenes().entrySet()) {
            for (String field : List.of(
                    "v", "q", "f", "mq", "hold", "rg", "cv", "max", "mmax", "T", "ret", "ma", "dret", "dmax", "dd")) {
                String name = scene.getKey() + "-" + field;
                ScriptPool pool = pool(prefix, name);
                Held job = furnish(pool);
                pool.meta(field, "no number");
                if (!playOrFail(scene.getValue(), pool, job, name)) {
                    refused++;
                }
                pool.lose();
            }
        }
        assertThat(halfDone).isEmpty();
        assertThat(refused).isGreaterThan(20);
    }

    private ScriptPool pool(Prefix prefix, String name) throws InterruptedException {
        return ScriptPool.over(connection, raw, prefix.name(name.replace(' ', '-')));
    }

    /** Returns whether the script went through; notes down when it did not, and had changed more than it may. */
    private boolean playOrFail(Scene scene, ScriptPool pool, Held job, String name) throws InterruptedException {
        Map<String, Object> before = essence(pool);
        Set<String> starts = starts(pool);
        String refusal;
        try {
            Object result = scene.play(pool, job);
            if (!isBroken(result)) {
                return true;
            }
            refusal = result.toString();
        } catch (RedisReplyException | NumberFormatException e) {
            refusal = String.valueOf(e.getMessage());
        }
        Map<String, Object> after = essence(pool);
        if (!after.equals(before) || !starts.containsAll(starts(pool))) {
            halfDone.add(
                    name + ": " + refusal + "\n  before " + before + starts + "\n  after  " + after + starts(pool));
        }
        return false;
    }

    private static boolean isBroken(Object result) {
        return result instanceof PlacementScripts.Placed placed
                && placed.jobs().stream().anyMatch(one -> one.kind() == PlacementScripts.Placement.Kind.BROKEN);
    }

    /** The starts in inboxes, each of which would be taken at its word. */
    private static Set<String> starts(ScriptPool pool) {
        Set<String> starts = new TreeSet<>();
        PoolSnapshot snapshot = pool.snapshot();
        snapshot.names("in:")
                .forEach(worker -> snapshot.entries("in:" + worker).stream()
                        .filter(entry -> entry.field("y").equals("s"))
                        .forEach(entry -> starts.add(worker + ' ' + entry.field("t"))));
        return starts;
    }

    /** What is there, apart from hints, which are replies and entries of inboxes, and the last token. */
    private static Map<String, Object> essence(ScriptPool pool) {
        Map<String, Object> essence = new TreeMap<>();
        essence.put("pool", Objects.requireNonNullElse(rawHash(pool, pool.keys.record()), "none"));
        pool.snapshot().content().forEach((name, value) -> {
            if (value instanceof PoolSnapshot.Hash hash) {
                Map<String, String> fields = new TreeMap<>(hash.fields());
                if (name.equals("m")) {
                    fields.remove("f");
                }
                essence.put(name, fields);
            } else if (value instanceof PoolSnapshot.Members set) {
                essence.put(name, set.members());
            } else if (value instanceof PoolSnapshot.Scores scores) {
                essence.put(name, scores.scores());
            } else if (value instanceof PoolSnapshot.Text text) {
                essence.put(name, text.text());
            } else if (!name.startsWith("in:") && !name.startsWith("re:")) {
                essence.put(name, "foreign");
            }
        });
        return essence;
    }

    private static Object rawHash(ScriptPool pool, String key) {
        return "hash".equals(pool.call("TYPE", key)) ? pool.raw.list("HGETALL", key) : "foreign";
    }
}
