package dev.pulse.pool.internal;

import dev.pulse.pool.PoolInvariants;
import dev.pulse.pool.PoolSnapshot;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.task.Signals;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An open pool without nodes: the bindings of its scripts, and a look at what they left in Redis. */
final class ScriptPool implements AutoCloseable {
    static final String CLIENT = "c1";

    final Redis redis;
    final RespClient raw;
    final PoolKeys keys;
    final PoolScripts pools;
    final JobScripts jobs;
    final ReachScripts reach;
    final OwnerScripts owners;
    final PlacementScripts placement;
    final MemberScripts members;
    final MessageScripts messages;
    final PoolReads reads;
    final PoolInvariants invariants;
    private long version;
    private final List<String> ring = new ArrayList<>();

    private ScriptPool(Redis redis, RespClient raw, String name) throws InterruptedException {
        this.redis = redis;
        this.raw = raw;
        pools = new PoolScripts(name);
        keys = ((PoolScripts.Open) pools.open(redis, 0, settings())).keys();
        jobs = new JobScripts(keys);
        reach = new ReachScripts(keys);
        owners = new OwnerScripts(keys);
        placement = new PlacementScripts(keys);
        members = new MemberScripts(keys);
        messages = new MessageScripts(keys);
        reads = new PoolReads(keys);
        invariants = new PoolInvariants(raw, keys);
    }

    static ScriptPool open(TestRedis server, String name) throws InterruptedException {
        return over(connect(server), server.client(), name);
    }

    /** The same over connections that may have others. */
    static ScriptPool over(Redis redis, RespClient raw, String name) throws InterruptedException {
        return new ScriptPool(redis, raw, name);
    }

    static Redis connect(TestRedis server) {
        return connect(server.uri());
    }

    static Redis connect(String uri) {
        return Redis.open(
                new RedisOptions(RedisUri.parse(uri), "test", Duration.ofSeconds(2), Duration.ofSeconds(20)),
                new Signals(event -> {}));
    }

    static void disconnect(Redis redis) {
        redis.close(System.nanoTime() + Duration.ofSeconds(1).toNanos());
    }

    static Map<String, Long> settings() {
        Map<String, Long> settings = new LinkedHashMap<>();
        settings.put("T", 30_000L);
        settings.put("S", 10_000L);
        settings.put("max", 100L);
        settings.put("mmax", 100L);
        settings.put("ret", 300_000L);
        settings.put("dret", 3_600_000L);
        settings.put("dmax", 100L);
        return settings;
    }

    long version() {
        return version;
    }

    String slots() {
        return String.join(",", ring);
    }

    /** Joins a worker, at the end of the ring. */
    MemberScripts.Joined join(String worker) throws InterruptedException {
        return join(new MemberScripts.Joining(worker, "", "node", false), -1);
    }

    /** Joins a worker; the slot is -1 for one at the end. */
    MemberScripts.Joined join(MemberScripts.Joining joining, int slot) throws InterruptedException {
        List<String> others = others(joining.worker());
        others.remove(joining.replaces());
        if (slot < 0) {
            ring.add(joining.worker());
        } else {
            ring.set(slot, joining.worker());
        }
        var joined = members.join(redis, joining, new MemberScripts.RingChange(version, slots(), others));
        version++;
        return joined;
    }

    /** The ring without a worker: a hole is left, but not at the end. */
    MemberScripts.RingChange without(String worker) {
        ring.replaceAll(slot -> slot.equals(worker) ? "" : slot);
        while (!ring.isEmpty() && ring.getLast().isEmpty()) {
            ring.removeLast();
        }
        return new MemberScripts.RingChange(version++, slots(), others(worker));
    }

    private List<String> others(String worker) {
        return ring.stream()
                .filter(slot -> !slot.isEmpty() && !slot.equals(worker))
                .collect(Collectors.toList());
    }

    /** One that no schedule starts, and whose client waits for its begin. */
    static JobScripts.Request job(
            String key,
            String id,
            String digest,
            byte[] payload,
            String client,
            int attempts,
            Duration delay,
            boolean workerNeeded) {
        return new JobScripts.Request(key, id, digest, payload, client, attempts, delay, workerNeeded, false, null);
    }

    /** One that no schedule asks for, of a job that the same client dispatched. */
    static ReachScripts.StopRequest stopOf(
            String key,
            String ownerGuess,
            String idGuess,
            String client,
            String requestId,
            String onlyId,
            String onlyToken) {
        return new ReachScripts.StopRequest(
                key, ownerGuess, idGuess, client, client, requestId, onlyId, onlyToken, null);
    }

    /** Where nobody looks after due times. */
    JobScripts.Admission admit(long ringVersion, String owner, JobScripts.Request job) throws InterruptedException {
        return jobs.admit(redis, ringVersion, owner, "", job);
    }

    static JobScripts.Request request(String key, String id) {
        return job(key, id, "", bytes("payload of " + key), CLIENT, 1, Duration.ZERO, false);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Accepts a job for a worker in the ring. */
    OwnerScripts.Held assign(String key, String worker) throws InterruptedException {
        return assign(request(key, "id-" + key), worker);
    }

    OwnerScripts.Held assign(JobScripts.Request request, String worker) throws InterruptedException {
        var assigned = (JobScripts.Assigned) admit(version, worker, request);
        return new OwnerScripts.Held(worker, request.key(), assigned.token(), request.id(), request.client());
    }

    /** Makes the stream of replies of {@link #CLIENT}. */
    MemberScripts.Alive beat() throws InterruptedException {
        return (MemberScripts.Alive) members.beat(redis, CLIENT, List.of());
    }

    PoolSnapshot snapshot() {
        return PoolSnapshot.of(raw, keys);
    }

    /** The record of a job, or any other hash. */
    Map<String, String> hash(String name) {
        return snapshot().hash(name);
    }

    /** The entries of a kind in a worker's inbox. */
    List<PoolSnapshot.Entry> inbox(String worker, String kind) {
        return snapshot().entries("in:" + worker).stream()
                .filter(entry -> entry.field("y").equals(kind))
                .toList();
    }

    /** The ids of all entries in a worker's inbox. */
    List<String> entryIds(String worker) {
        return snapshot().entries("in:" + worker).stream()
                .map(PoolSnapshot.Entry::id)
                .toList();
    }

    /** What was replied to {@link #CLIENT}: kind, id and state of each. */
    List<String> replies() {
        return snapshot().entries("re:" + CLIENT).stream()
                .map(entry -> entry.field("y") + ' ' + entry.field("id") + ' ' + entry.field("st"))
                .toList();
    }

    /** What is known of a job. */
    JobScripts.Record record(String key) throws InterruptedException {
        return (JobScripts.Record) jobs.ask(redis, key, "");
    }

    /** Says that a job has started, with the entry that is in the inbox. */
    OwnerScripts.Started start(OwnerScripts.Held job) throws InterruptedException {
        String entry = inbox(job.worker(), "s").stream()
                .filter(found -> found.field("t").equals(Long.toString(job.token())))
                .map(PoolSnapshot.Entry::id)
                .findFirst()
                .orElse("");
        return owners.started(redis, job, entry);
    }

    /** Lets the lease of a worker end, by Redis' clock. */
    void endLease(String worker) {
        raw.call("ZADD", keys.leases(), "1", worker);
    }

    /** Sets a field of the meta. */
    void meta(String field, String value) {
        raw.call("HSET", keys.meta(), field, value);
    }

    /** Removes the incarnation as a FLUSHALL would, on a Redis that others use too. */
    void lose() {
        for (Object key : raw.list("KEYS", keys.prefix() + "*")) {
            raw.call("DEL", (String) key);
        }
        raw.call("DEL", keys.record());
    }

    /** A command past the engine. */
    @Nullable
    Object call(String... command) {
        return raw.call(command);
    }

    @Override
    public void close() {
        raw.close();
        disconnect(redis);
    }

    /** Says what became of one message. */
    MessageScripts.Settled settle(MessageScripts.Handled message) throws InterruptedException {
        return messages.settle(redis, List.of(message)).getFirst();
    }
}
