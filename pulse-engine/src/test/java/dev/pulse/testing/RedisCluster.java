package dev.pulse.testing;

import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis Cluster on this machine: three primaries with a replica each, which replace a dead primary in about three
 * seconds; or two primaries that can be reached by TLS too.
 */
public final class RedisCluster implements AutoCloseable {
    private static final int SLOTS = 16_384;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final int primaries;
    private final int replicas;
    private final @Nullable Certificate certificate;
    private final List<EmbeddedRedis> nodes = new ArrayList<>();
    /** Where the nodes speak TLS, in the same order. */
    private final List<Integer> tlsPorts = new ArrayList<>();

    private RedisCluster(int primaries, int replicas, @Nullable Certificate certificate) {
        this.primaries = primaries;
        this.replicas = replicas;
        this.certificate = certificate;
    }

    /** Starts one with replicas and returns when all nodes agree that it is complete. */
    public static RedisCluster start() {
        return start(new RedisCluster(3, 1, null));
    }

    /** Starts one whose nodes show this certificate, and speak without TLS as well. */
    public static RedisCluster startWithTls(Certificate certificate) {
        return start(new RedisCluster(2, 0, certificate));
    }

    private static RedisCluster start(RedisCluster cluster) {
        try {
            cluster.startAll();
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll() {
        for (int i = 0; i < primaries * (1 + replicas); i++) {
            nodes.add(EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                    .port(FreePorts.next())
                    .arguments("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
                    .arguments("--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0")
                    .arguments(tlsArguments())
                    .build()));
        }
        for (int i = 0; i < primaries; i++) {
            call(i, "CLUSTER", "ADDSLOTSRANGE", first(i), Integer.toString(Integer.parseInt(first(i + 1)) - 1));
        }
        for (int i = 1; i < nodes.size(); i++) {
            call(0, "CLUSTER", "MEET", "127.0.0.1", portAmongNodes(nodes.get(i)));
        }
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .allMatch(node ->
                                text(node.port(), "CLUSTER", "INFO").contains("cluster_known_nodes:" + nodes.size())));
        for (int i = primaries; i < nodes.size(); i++) {
            int replica = i;
            await().atMost(LIMIT)
                    .ignoreExceptions()
                    .until(() -> "OK".equals(call(replica, "CLUSTER", "REPLICATE", id(replica - primaries))));
        }
        awaitHealthy();
    }

    private String[] tlsArguments() {
        if (certificate == null) {
            return new String[0];
        }
        int port = FreePorts.next();
        tlsPorts.add(port);
        return Stream.concat(Stream.of("--tls-cluster", "yes"), Stream.of(certificate.arguments(port)))
                .toArray(String[]::new);
    }

    /** Where other nodes find it. */
    private String portAmongNodes(EmbeddedRedis node) {
        return Integer.toString(certificate == null ? node.port() : tlsPorts.get(nodes.indexOf(node)));
    }

    private String first(int primary) {
        return Integer.toString(SLOTS * primary / primaries);
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

    private boolean isHealthy(int port) {
        String replication = text(port, "INFO", "replication");
        boolean linked = replication.contains("role:master")
                ? replication.contains("connected_slaves:" + replicas)
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

    /** Of all nodes, by this name, with TLS. */
    public String tlsUri(String host) {
        return "rediss-cluster://"
                + tlsPorts.stream().map(port -> host + ":" + port).collect(Collectors.joining(","));
    }

    /** Changes settings of all nodes, given by name and value, while they run. */
    public void configure(String... settings) {
        String[] command =
                Stream.concat(Stream.of("CONFIG", "SET"), Stream.of(settings)).toArray(String[]::new);
        for (int i = 0; i < nodes.size(); i++) {
            call(i, command);
        }
    }

    /** Waits until all nodes call all of them so. */
    public void awaitHost(String host) {
        await().atMost(LIMIT)
                .until(() -> nodes.stream()
                        .allMatch(node -> hosts(node.port()).stream().allMatch(host::equals)));
    }

    private static List<String> hosts(int port) {
        try (RespClient client = RespClient.connect(port)) {
            return client.list("CLUSTER", "SLOTS").stream()
                    .map(range -> ((List<?>) ((List<?>) range).get(2)).getFirst())
                    .map(host -> host == null ? "" : host.toString())
                    .toList();
        }
    }

    /** The only replica of a primary. */
    public EmbeddedRedis replicaOf(EmbeddedRedis primary) {
        return nodes.stream()
                .filter(node -> node.isRunning()
                        && node.port() != primary.port()
                        && text(node.port(), "INFO", "replication").contains("master_port:" + primary.port()))
                .findFirst()
                .orElseThrow();
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

    /** Has the replica of the node that serves this key take over, with all that this knows. */
    public void failOver(String key) {
        EmbeddedRedis primary = primaryOf(key);
        int slot = slot(key);
        // where the two do not come to an agreement within 5 s nothing has happened
        await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(6))
                .ignoreExceptions()
                .until(() -> {
                    call(nodes.indexOf(replicaOf(primary)), "CLUSTER", "FAILOVER");
                    await().atMost(Duration.ofSeconds(5))
                            .pollInterval(Duration.ofMillis(20))
                            .until(() -> primaryPort(slot, primary.port()) != primary.port());
                    return true;
                });
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
                client.call("MIGRATE", "127.0.0.1", portAmongNodes(to), (String) key, "0", "2000");
            }
            return !keys.isEmpty();
        }
    }

    /** Moves a slot from its primary to another one, so many keys at a time. */
    public void moveSlot(int slot, EmbeddedRedis from, int most) {
        EmbeddedRedis to = primaryOtherThan(from);
        beginMove(slot, from, to);
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !moveKeys(slot, from, to, most));
        endMove(slot, to);
    }

    /** Moves one key, which is in a slot that is on its way. */
    public void moveKey(String key, EmbeddedRedis from, EmbeddedRedis to) {
        try (RespClient client = RespClient.connect(from.port())) {
            client.call("MIGRATE", "127.0.0.1", portAmongNodes(to), key, "0", "2000");
        }
    }

    /** Takes a slot from its node, so that nobody serves it. */
    public void orphan(int slot) {
        for (int i = 0; i < nodes.size(); i++) {
            if (text(nodes.get(i).port(), "INFO", "replication").contains("role:master")) {
                call(i, "CLUSTER", "DELSLOTS", text(slot));
            }
        }
    }

    /** Whether nobody serves it, by the word of one node. */
    public boolean isOrphan(int slot) {
        try {
            primaryPort(slot, -1);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    /** Has a node serve a slot that nobody serves, and all know it. */
    public void adopt(int slot, EmbeddedRedis node) {
        call(nodes.indexOf(node), "CLUSTER", "ADDSLOTS", text(slot));
        endMove(slot, node);
        awaitHealthy();
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
