package dev.pulse.testing;

import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.embedded.SentinelProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** A master, two replicas and three sentinels on this machine, which agree on another master in about three seconds. */
public final class SentinelSet implements AutoCloseable {
    public static final String MASTER = "mymaster";

    private static final int REPLICAS = 2;
    private static final int SENTINELS = 3;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final List<EmbeddedRedis> redis = new ArrayList<>();
    private final List<SentinelProcess> sentinels = new ArrayList<>();
    private final Path directory;

    private SentinelSet(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts one and returns when all sentinels know of each other and of the replicas.
     *
     * @param directory for the sentinels' files
     */
    public static SentinelSet start(Path directory) throws InterruptedException {
        SentinelSet set = new SentinelSet(directory);
        try {
            set.startAll();
            return set;
        } catch (RuntimeException | Error | InterruptedException e) {
            set.close();
            throw e;
        }
    }

    private void startAll() throws InterruptedException {
        String[] quick = {"--repl-diskless-sync-delay", "0", "--shutdown-timeout", "0", "--repl-timeout", "5"};
        redis.add(EmbeddedRedis.start(
                EmbeddedRedisOptions.builder().arguments(quick).build()));
        for (int i = 0; i < REPLICAS; i++) {
            redis.add(EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                    .arguments(quick)
                    .arguments("--replicaof", "127.0.0.1 " + redis.getFirst().port())
                    .build()));
        }
        await().atMost(LIMIT)
                .until(() -> info(redis.getFirst().port(), "replication").contains("connected_slaves:" + REPLICAS));
        for (int i = 0; i < SENTINELS; i++) {
            sentinels.add(SentinelProcess.start(directory, FreePorts.next(), """
                    sentinel monitor %1$s 127.0.0.1 %2$d 2
                    sentinel down-after-milliseconds %1$s 2000
                    sentinel failover-timeout %1$s 1000
                    sentinel parallel-syncs %1$s 2
                    """.formatted(
                            MASTER, redis.getFirst().port())));
        }
        await().atMost(LIMIT)
                .until(() -> sentinels.stream()
                        .allMatch(sentinel ->
                                info(sentinel.port(), "sentinel").contains("slaves=2,sentinels=" + SENTINELS)));
    }

    private static String info(int port, String section) {
        try (RespClient client = RespClient.connect(port)) {
            return client.text("INFO", section);
        }
    }

    /** Of all sentinels. */
    public String uri() {
        return "redis-sentinel://"
                + sentinels.stream()
                        .map(sentinel -> "127.0.0.1:" + sentinel.port())
                        .collect(Collectors.joining(","))
                + "/0?master=" + MASTER;
    }

    public List<SentinelProcess> sentinels() {
        return List.copyOf(sentinels);
    }

    /** The port that most sentinels name. */
    public int masterPort() {
        return sentinels.stream()
                .map(SentinelSet::toldBy)
                .collect(Collectors.groupingBy(port -> port, Collectors.counting()))
                .entrySet()
                .stream()
                .filter(told -> told.getValue() >= 2)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the sentinels disagree"))
                .getKey();
    }

    private static int toldBy(SentinelProcess sentinel) {
        try (RespClient client = RespClient.connect(sentinel.port())) {
            return Integer.parseInt((String)
                    client.list("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER).get(1));
        }
    }

    /** The one the sentinels take for the master. */
    public EmbeddedRedis master() {
        int port = masterPort();
        return redis.stream().filter(one -> one.port() == port).findFirst().orElseThrow();
    }

    /** Has a sentinel make another one the master, as an operator would. */
    public void failOver() {
        // refused while the last one is not quite over
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            try (RespClient client = RespClient.connect(sentinels.getFirst().port())) {
                return "OK".equals(client.call("SENTINEL", "FAILOVER", MASTER));
            }
        });
    }

    /** Waits until another than this one is the master, and takes writes. */
    public void awaitMasterOtherThan(int port) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> masterPort() != port
                        && info(masterPort(), "replication").contains("role:master"));
    }

    /** Waits until this one follows another. */
    public void awaitReplica(int port) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                // it cuts everybody off as it changes its role
                .ignoreExceptions()
                .until(() -> info(port, "replication").contains("role:slave"));
    }

    /** Of all but this one. */
    public List<Integer> portsOtherThan(int port) {
        return redis.stream()
                .map(EmbeddedRedis::port)
                .filter(other -> other != port)
                .toList();
    }

    /** Brings back what was killed or paused, and waits until all replicas follow the same master again. */
    public void heal() {
        for (EmbeddedRedis one : redis) {
            if (one.isRunning()) {
                one.resume();
            } else {
                one.restart();
            }
        }
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    int master = undisputedMaster();
                    followAll(master);
                    return redis.stream()
                            .filter(one -> one.port() != master)
                            .map(one -> info(one.port(), "replication"))
                            .allMatch(info ->
                                    info.contains("master_port:" + master) && info.contains("master_link_status:up"));
                });
        await().atMost(LIMIT).until(() -> sentinels.stream().allMatch(SentinelSet::seesAllUp));
    }

    /** The master that all sentinels name, while none of them doubts it: in the middle of a failover nobody meddles. */
    private int undisputedMaster() {
        int master = masterPort();
        for (SentinelProcess sentinel : sentinels) {
            try (RespClient client = RespClient.connect(sentinel.port())) {
                List<?> told = client.list("SENTINEL", "MASTER", MASTER);
                String port = (String) told.get(told.indexOf("port") + 1);
                String flags = (String) told.get(told.indexOf("flags") + 1);
                if (!port.equals(Integer.toString(master)) || !flags.equals("master")) {
                    throw new IllegalStateException("a sentinel says " + port + " is " + flags);
                }
            }
        }
        return master;
    }

    /** What the sentinels would do themselves, a few seconds later. */
    private void followAll(int master) {
        if (!info(master, "replication").contains("role:master")) {
            try (RespClient client = RespClient.connect(master)) {
                client.call("REPLICAOF", "NO", "ONE");
            }
        }
        for (EmbeddedRedis one : redis) {
            if (one.port() != master && !info(one.port(), "replication").contains("master_port:" + master)) {
                try (RespClient client = RespClient.connect(one.port())) {
                    client.call("REPLICAOF", "127.0.0.1", Integer.toString(master));
                }
            }
        }
    }

    private static boolean seesAllUp(SentinelProcess sentinel) {
        String info = info(sentinel.port(), "sentinel");
        return info.contains("status=ok") && info.contains("slaves=2,sentinels=" + SENTINELS);
    }

    /** The names of Pulse's connections to any of its processes. */
    public List<String> pulseConnections() {
        List<Integer> ports = new ArrayList<>();
        redis.forEach(one -> ports.add(one.port()));
        sentinels.forEach(one -> ports.add(one.port()));
        return pulseConnections(ports);
    }

    static List<String> pulseConnections(Collection<Integer> ports) {
        List<String> names = new ArrayList<>();
        for (int port : ports) {
            try (RespClient client = RespClient.connect(port)) {
                names.addAll(RedisExtension.pulseConnections(client));
            }
        }
        return names;
    }

    @Override
    public void close() {
        sentinels.forEach(SentinelProcess::close);
        redis.forEach(EmbeddedRedis::close);
    }
}
