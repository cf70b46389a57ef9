package dev.pulse.testing;

import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Three primaries with a replica each on this machine, which replace a dead primary in about three seconds. */
public final class RedisCluster implements AutoCloseable {
    private static final int PRIMARIES = 3;
    private static final int SLOTS = 16_384;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final List<EmbeddedRedis> nodes = new ArrayList<>();

    private RedisCluster() {}

    /** Starts one and returns when all nodes agree that it is complete. */
    public static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.startAll();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll() {
        for (int i = 0; i < 2 * PRIMARIES; i++) {
            nodes.add(EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                    .port(FreePorts.next())
                    .arguments("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
                    .arguments("--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0")
                    .build()));
        }
        for (int i = 0; i < PRIMARIES; i++) {
            call(i, "CLUSTER", "ADDSLOTSRANGE", first(i), Integer.toString(Integer.parseInt(first(i + 1)) - 1));
        }
        for (int i = 1; i < nodes.size(); i++) {
            call(
                    0,
                    "CLUSTER",
                    "MEET",
                    "127.0.0.1",
                    Integer.toString(nodes.get(i).port()));
        }
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .allMatch(node -> text(node.port(), "CLUSTER", "INFO").contains("cluster_known_nodes:6")));
        for (int i = 0; i < PRIMARIES; i++) {
            int primary = i;
            await().atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> "OK".equals(call(PRIMARIES + primary, "CLUSTER", "REPLICATE", id(primary))));
        }
        awaitHealthy();
    }

    private static String first(int primary) {
        return Integer.toString(SLOTS * primary / PRIMARIES);
    }

    private @Nullable Object call(int node, String... command) {
        try (RespClient client = RespClient.connect(nodes.get(node).port())) {
            return client.call(command);
        }
    }

    private static String text(int port, String... command) {
        try (RespClient client = RespClient.connect(port)) {
            return client.text(command);
        }
    }

    private String id(int node) {
        return text(nodes.get(node).port(), "CLUSTER", "MYID");
    }

    private void awaitHealthy() {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .pollInterval(Duration.ofMillis(50))
                .until(() -> nodes.stream().allMatch(node -> isHealthy(node.port())));
    }

    private static boolean isHealthy(int port) {
        String replication = text(port, "INFO", "replication");
        boolean linked = replication.contains("role:master")
                ? replication.contains("connected_slaves:1")
                : replication.contains("master_link_status:up");
        return linked
                && text(port, "CLUSTER", "INFO").contains("cluster_state:ok")
                && !text(port, "CLUSTER", "NODES").contains("fail");
    }

    /** Of all nodes. */
    public String uri() {
        return "redis-cluster://"
                + nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    }

    public List<Integer> ports() {
        return nodes.stream().map(EmbeddedRedis::port).toList();
    }

    /** The node that serves this key, as the others see it. */
    public EmbeddedRedis primaryOf(String key) {
        int port = primaryPort(slot(key), -1);
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    /** One that serves other slots. */
    public EmbeddedRedis primaryOtherThan(EmbeddedRedis primary) {
        return nodes.stream()
                .filter(node -> node.port() != primary.port()
                        && text(node.port(), "INFO", "replication").contains("role:master"))
                .findFirst()
                .orElseThrow();
    }

    public int slot(String key) {
        return slot(key, -1);
    }

    /** By the word of a node other than that at {@code distrusted}. */
    private int slot(String key, int distrusted) {
        try (RespClient client = RespClient.connect(trusted(distrusted).port())) {
            return Math.toIntExact((Long) Objects.requireNonNull(client.call("CLUSTER", "KEYSLOT", key)));
        }
    }

    private EmbeddedRedis trusted(int distrusted) {
        return nodes.stream()
                .filter(node -> node.isRunning() && node.port() != distrusted)
                .findFirst()
                .orElseThrow();
    }

    /** By the word of a node other than that at {@code distrusted}. */
    private int primaryPort(int slot, int distrusted) {
        try (RespClient client = RespClient.connect(trusted(distrusted).port())) {
            for (Object range : client.list("CLUSTER", "SLOTS")) {
                List<?> parts = (List<?>) range;
                if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
                    return Math.toIntExact((Long) ((List<?>) parts.get(2)).get(1));
                }
            }
        }
        throw new IllegalStateException("nobody serves slot " + slot);
    }

    /** Waits until another node serves the key. */
    public void awaitPrimaryOtherThan(String key, int port) {
        int slot = slot(key, port);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> primaryPort(slot, port) != port);
    }

    /** Begins to move a slot: its keys go one by one, and what is new is made there. */
    public void beginMove(int slot, EmbeddedRedis from, EmbeddedRedis to) {
        call(nodes.indexOf(to), "CLUSTER", "SETSLOT", text(slot), "IMPORTING", id(nodes.indexOf(from)));
        call(nodes.indexOf(from), "CLUSTER", "SETSLOT", text(slot), "MIGRATING", id(nodes.indexOf(to)));
    }

    /** Moves up to so many of its keys; false when none was left. */
    public boolean moveKeys(int slot, EmbeddedRedis from, EmbeddedRedis to, int most) {
        try (RespClient client = RespClient.connect(from.port())) {
            List<?> keys = client.list("CLUSTER", "GETKEYSINSLOT", text(slot), Integer.toString(most));
            for (Object key : keys) {
                client.call("MIGRATE", "127.0.0.1", Integer.toString(to.port()), (String) key, "0", "2000");
            }
            return !keys.isEmpty();
        }
    }

    /** Has all know that the slot is there now. */
    public void endMove(int slot, EmbeddedRedis to) {
        String id = id(nodes.indexOf(to));
        call(nodes.indexOf(to), "CLUSTER", "SETSLOT", text(slot), "NODE", id);
        for (EmbeddedRedis node : nodes) {
            if (text(node.port(), "INFO", "replication").contains("role:master")) {
                call(nodes.indexOf(node), "CLUSTER", "SETSLOT", text(slot), "NODE", id);
            }
        }
    }

    private static String text(int slot) {
        return Integer.toString(slot);
    }

    /** Brings back what was killed or paused, and waits until the cluster is complete again. */
    public void heal() {
        for (EmbeddedRedis node : nodes) {
            if (node.isRunning()) {
                node.resume();
            } else {
                node.restart();
            }
        }
        awaitHealthy();
    }

    /** The names of Pulse's connections to any node. */
    public List<String> pulseConnections() {
        return SentinelSet.pulseConnections(ports());
    }

    @Override
    public void close() {
        nodes.forEach(EmbeddedRedis::close);
    }
}
