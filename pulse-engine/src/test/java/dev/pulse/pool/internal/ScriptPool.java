package dev.pulse.pool.internal;

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
    final OwnerScripts owners;
    final PlacementScripts placement;
    final MemberScripts members;
    private long version;
    private final List<String> ring = new ArrayList<>();

    private ScriptPool(TestRedis server, String name) throws InterruptedException {
        redis = connect(server);
        raw = server.client();
        pools = new PoolScripts(name);
        keys = ((PoolScripts.Open) pools.open(redis, 0, settings())).keys();
        jobs = new JobScripts(keys);
        owners = new OwnerScripts(keys);
        placement = new PlacementScripts(keys);
        members = new MemberScripts(keys);
    }

    static ScriptPool open(TestRedis server, String name) throws InterruptedException {
        return new ScriptPool(server, name);
    }

    static Redis connect(TestRedis server) {
        return Redis.open(
                new RedisOptions(RedisUri.parse(server.uri()), "test", Duration.ofSeconds(2), Duration.ofSeconds(20)),
                new Signals(event -> {}));
    }

    static Map<String, Long> settings() {
        Map<String, Long> settings = new LinkedHashMap<>();
        settings.put("T", 30_000L);
        settings.put("S", 10_000L);
        settings.put("max", 100L);
        settings.put("mmax", 100L);
        settings.put("ret", 300_000L);
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

    static JobScripts.Request request(String key, String id) {
        return new JobScripts.Request(key, id, "", bytes("payload of " + key), CLIENT, 1, Duration.ZERO, false);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Accepts a job for a worker in the ring. */
    OwnerScripts.Held assign(String key, String worker) throws InterruptedException {
        return assign(request(key, "id-" + key), worker);
    }

    OwnerScripts.Held assign(JobScripts.Request request, String worker) throws InterruptedException {
        var assigned = (JobScripts.Assigned) jobs.admit(redis, version, worker, request);
        return new OwnerScripts.Held(worker, request.key(), assigned.token(), request.id(), request.client());
    }

    /** Makes the stream of replies of {@link #CLIENT}. */
    MemberScripts.Alive beat() throws InterruptedException {
        return (MemberScripts.Alive) members.beat(redis, CLIENT, List.of());
    }

    /** A hash; empty when there is none. */
    Map<String, String> hash(String key) {
        Map<String, String> content = new LinkedHashMap<>();
        List<?> reply = raw.list("HGETALL", key);
        for (int i = 0; i < reply.size(); i += 2) {
            content.put((String) reply.get(i), (String) reply.get(i + 1));
        }
        return content;
    }

    /** The entries of a stream, each with its id in field {@code *}. */
    List<Map<String, String>> entries(String key) {
        List<Map<String, String>> entries = new ArrayList<>();
        for (Object entry : raw.list("XRANGE", key, "-", "+")) {
            List<?> parts = (List<?>) entry;
            Map<String, String> content = new LinkedHashMap<>();
            content.put("*", (String) parts.getFirst());
            List<?> fields = (List<?>) parts.get(1);
            for (int i = 0; i < fields.size(); i += 2) {
                content.put((String) fields.get(i), (String) fields.get(i + 1));
            }
            entries.add(content);
        }
        return entries;
    }

    /** The entries of a kind in a worker's inbox. */
    List<Map<String, String>> inbox(String worker, String kind) {
        return entries(keys.inbox(worker)).stream()
                .filter(entry -> kind.equals(entry.get("y")))
                .toList();
    }

    List<String> set(String key) {
        return raw.list("SMEMBERS", key).stream()
                .map(String.class::cast)
                .sorted()
                .toList();
    }

    List<String> sorted(String key) {
        return raw.list("ZRANGE", key, "0", "-1").stream()
                .map(String.class::cast)
                .toList();
    }

    /** A command past the engine. */
    @Nullable
    Object call(String... command) {
        return raw.call(command);
    }

    @Override
    public void close() {
        raw.close();
        redis.close(System.nanoTime() + Duration.ofSeconds(1).toNanos());
    }
}
