package dev.pulse;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.internal.Maps;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.internal.Pools;
import dev.pulse.redis.Redis;
import dev.pulse.redis.RedisOptions;
import dev.pulse.redis.RedisUri;
import dev.pulse.redis.Target;
import dev.pulse.redis.UserClient;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;
import dev.pulse.stream.internal.EventLimits;
import dev.pulse.stream.internal.Streams;
import dev.pulse.task.Closing;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;

/**
 * The entry point: one Redis, and the streams, maps and pools on it. Make one per Redis and process, share it among all threads,
 * close it at the end. Thread-safe. It holds one connection for the short commands of everybody (on a Redis Cluster one to
 * each primary that is used), one for each reader and sink (of several streams on a Redis Cluster, one for each of these),
 * one for all maps, and up to 8 while payloads of more than 256 KiB or replies without bound are under
 * way; all are named {@code pulse/<client name>/<role>} in CLIENT LIST.
 *
 * <p>Once it is closed, what would ask Redis throws {@link IllegalStateException}.
 */
public final class Pulse implements AutoCloseable {
    /** Where Redis is when nothing else is said. */
    public static final String DEFAULT_URI = "redis://localhost:6379";

    private static final Logger LOG = LoggerFactory.getLogger(Pulse.class);
    private static final String EMBEDDED = "embedded:";
    /** Who closes its Pulse in a shutdown hook, as Camel and Spring do, has its Redis until then. */
    private static final EmbeddedRedisOptions EMBEDDED_OPTIONS =
            EmbeddedRedisOptions.builder().shutdownGrace(Duration.ofSeconds(2)).build();

    private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(10);
    private static final Duration LONGEST_DRAIN = Duration.ofHours(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Redis redis;
    private final Signals signals;
    private final Streams streams;
    private final Maps maps;
    private final Pools pools;
    private final @Nullable EmbeddedRedis embedded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Pulse(
            Redis redis, Signals signals, EventLimits limits, String clientName, @Nullable EmbeddedRedis embedded) {
        this.redis = redis;
        this.signals = signals;
        this.streams = new Streams(redis, signals, limits);
        this.maps = new Maps(redis, signals, limits.payloadBytes());
        this.pools = new Pools(redis, signals, clientName, limits.payloadBytes());
        this.embedded = embedded;
    }

    /**
     * Connects to the Redis at this URI, with defaults for everything else; see {@link Builder#uri}.
     *
     * @throws IllegalArgumentException when the URI is none; the message shows no password
     * @throws RedisUnavailableException naming host and port, when no connection comes about within 2 s
     * @throws AccessDeniedException when Redis refuses user or password
     * @throws RedisReplyException when Redis refuses for another reason, such as a database it does not have
     * @throws IllegalStateException for {@code embedded:}, when no Redis can be started; the message says why
     */
    public static Pulse connect(String uri) {
        return builder().uri(uri).connect();
    }

    /**
     * Works over what this client is connected to, with defaults for everything else; see {@link Builder#client}.
     *
     * @throws IllegalArgumentException when the client is of another class
     * @throws PulseException as {@link #connect(String)}
     */
    public static Pulse over(UnifiedJedis client) {
        return builder().client(client).connect();
    }

    /** For all that {@link #connect(String)} leaves at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** A stream of bytes; see {@link #stream(String, Codec)}. */
    public EventStream<byte[]> stream(String name) {
        return stream(name, Codecs.bytes());
    }

    /**
     * A stream whose payloads this codec writes and reads. Asks Redis nothing yet. At its first use an existing stream is
     * adopted with what it retains; a new one keeps {@linkplain Retention#defaults the newest 100,000 events}.
     *
     * @param name 1 to 512 characters, none of space, NUL, {@code * ? [ ]}; see the message for names that are reserved
     * @throws IllegalArgumentException when the name breaks a rule
     */
    public <T> EventStream<T> stream(String name, Codec<T> codec) {
        return streams.stream(name, codec, Optional.empty());
    }

    /**
     * The same with a wish for what is retained, which a new stream gets. The first use throws
     * {@link StreamConfigException} when the stream exists and retains something else.
     *
     * @throws IllegalArgumentException when the name breaks a rule
     */
    public <T> EventStream<T> stream(String name, Codec<T> codec, Retention wish) {
        return streams.stream(name, codec, Optional.of(wish));
    }

    /** A replicated map with {@linkplain MapOptions#defaults() defaults}; see {@link #map(String, Codec, MapOptions)}. */
    public <V> ReplicatedMap<V> map(String name, Codec<V> codec) throws InterruptedException {
        return map(name, codec, MapOptions.defaults());
    }

    /**
     * A replicated map whose values this codec writes and reads. When it returns, the replica has all of the content; a map
     * comes into being with the first write. Each call makes a replica of its own, which is to be closed.
     *
     * @param name the rules are those of a stream's name
     * @throws IllegalArgumentException when the name breaks a rule
     * @throws InterruptedException when interrupted; nothing is left of it
     * @throws RedisUnavailableException when the content did not come within the command time-out
     * @throws AccessDeniedException when Redis does not let its user read the map or subscribe to its channel
     * @throws RedisReplyException when what stands in Redis under the map's key is no map
     */
    public <V> ReplicatedMap<V> map(String name, Codec<V> codec, MapOptions options) throws InterruptedException {
        return maps.join(name, codec, options);
    }

    /** A pool whose jobs run in other processes, with defaults; see {@link #pool(String, PoolOptions)}. */
    public PoolClient pool(String name) throws InterruptedException {
        return pool(name, PoolOptions.defaults());
    }

    /**
     * A pool whose jobs run in other processes. It comes into being with the first handle.
     *
     * @param name the rules are those of a stream's name, and it has no brace
     * @throws IllegalArgumentException when the name breaks a rule
     * @throws InterruptedException when interrupted; nothing is left of it
     * @throws PulseException what Redis hindered it by
     */
    public PoolClient pool(String name, PoolOptions options) throws InterruptedException {
        return pools.open(name, options);
    }

    /** A pool with workers in this process, with defaults; see {@link #joinPool(String, PoolOptions)}. */
    public PoolNode joinPool(String name) throws InterruptedException {
        return joinPool(name, PoolOptions.defaults());
    }

    /**
     * A pool that can have workers in this process. It comes into being with the first handle; a worker is added by
     * {@link PoolNode#addService}.
     *
     * @param name the rules are those of a stream's name, and it has no brace
     * @throws IllegalArgumentException when the name breaks a rule
     * @throws InterruptedException when interrupted; nothing is left of it
     * @throws PulseException what Redis hindered it by
     */
    public PoolNode joinPool(String name, PoolOptions options) throws InterruptedException {
        return pools.open(name, options);
    }

    /** How everything gets on at this moment; asks Redis nothing, never blocks, works also when closed. */
    public Health health() {
        return signals.health();
    }

    /** How quickly Redis answers, of late; asks it nothing, works also when closed. */
    public PulseFigures figures() {
        return redis.figures();
    }

    /**
     * Closes all readers, sinks, maps and pools side by side, then the connections. What was begun may finish for up to
     * {@code drain}, is then interrupted and has 2 s more; all in all it takes a few seconds longer than that at most, also
     * when Redis is gone. Called from a handler, it begins closing and returns at once, for it cannot wait for that handler. An
     * interrupt of the caller ends the drain and stays set. Further calls do nothing, and do not wait.
     *
     * @param drain 0 to 1 h
     * @return how it ended, and what could not be cleaned up; nothing of that for a call from a handler, or a further one
     * @throws IllegalArgumentException when {@code drain} is out of its range
     */
    public CloseResult close(Duration drain) {
        if (drain.isNegative() || drain.compareTo(LONGEST_DRAIN) > 0) {
            throw new IllegalArgumentException("drain is PT0S to " + LONGEST_DRAIN + ", was " + drain);
        }
        if (!closed.compareAndSet(false, true)) {
            return CloseResult.drained();
        }
        long deadline = System.nanoTime() + drain.toNanos();
        if (streams.isCalledFromHandler() || maps.isCalledFromHandler() || pools.isCalledFromHandler()) {
            Tasks.start("close", () -> closeAll(deadline));
            return CloseResult.drained();
        }
        return closeAll(deadline);
    }

    /** {@link #close(Duration)} with 10 s. */
    @Override
    public void close() {
        close(DEFAULT_DRAIN);
    }

    private CloseResult closeAll(long deadline) {
        CloseResult result = Closing.sideBySide(
                List.of(() -> streams.close(deadline), () -> maps.close(deadline), () -> pools.close(deadline)));
        redis.close(System.nanoTime() + LAST_WORDS.toNanos());
        if (embedded != null) {
            embedded.close();
        }
        result.problems().forEach(problem -> LOG.warn("pulse=closed problem=\"{}\"", problem));
        return result;
    }

    /**
     * Makes a {@link Pulse}; what is not set has its default. Values are checked by {@link #connect}. Not thread-safe.
     */
    public static final class Builder {
        private @Nullable String uri;
        private @Nullable UnifiedJedis client;
        private @Nullable String clientName;
        private Duration connectTimeout = Duration.ofSeconds(2);
        private Duration commandTimeout = Duration.ofSeconds(5);
        private PulseListener listener = event -> {};
        private @Nullable SSLContext sslContext;
        private @Nullable Supplier<Credentials> credentials;
        private int maxPayloadBytes = 16 * 1024 * 1024;
        private int maxHeaderBytes = 64 * 1024;

        private Builder() {}

        /**
         * Where Redis is:
         *
         * <ul>
         *   <li>{@code redis://[[user]:password@]host[:port][/database][?clientName=name]}
         *   <li>{@code redis-sentinel://[[user]:password@]host1[:port],host2[:port]/database?master=name}, the hosts being
         *       sentinels; where they want to know who asks, {@code &sentinelUser=…&sentinelPassword=…}
         *   <li>{@code redis-cluster://[[user]:password@]host1[:port],host2[:port]}, the hosts being some nodes of a Redis
         *       Cluster
         *   <li>with TLS {@code rediss://}, {@code rediss-sentinel://}, {@code rediss-cluster://}; host names are verified
         *   <li>{@code embedded:} for a Redis of its own that lives as long as this Pulse, for development only; when the
         *       JVM is ended, as by Ctrl-C, it goes on for up to 2 s, for those who close this in a shutdown hook
         * </ul>
         *
         * User, password and values are percent-encoded. Default {@code redis://localhost:6379}.
         */
        public Builder uri(String value) {
            uri = value;
            return this;
        }

        /**
         * In place of a URI, a {@code RedisClient}, {@code RedisSentinelClient} or {@code RedisClusterClient} of Jedis:
         * connections are made as it makes its own (address, TLS, credentials, database, time-out of connecting), but
         * outside its pool, which therefore needs no room for them. They have names and time-outs of ours and speak
         * RESP2. It is never closed, and is to be open as long as this Pulse. {@link #connectTimeout},
         * {@link #sslContext} and {@link #credentials} are its own business.
         */
        public Builder client(UnifiedJedis value) {
            client = value;
            return this;
        }

        /**
         * Part of the connections' names: 1 to 64 printable ASCII characters without space and {@code /}. Default the one
         * in the URI, else {@code pulse}.
         */
        public Builder clientName(String value) {
            clientName = value;
            return this;
        }

        /** How long making a connection may take, 10 ms to 1 min; default 2 s. */
        public Builder connectTimeout(Duration value) {
            connectTimeout = value;
            return this;
        }

        /**
         * How long a call may take from beginning to return, whether Redis is there or not, 10 ms to 1 min; default 5 s.
         * A {@code poll} takes its {@code wait} in addition.
         */
        public Builder commandTimeout(Duration value) {
            commandTimeout = value;
            return this;
        }

        /**
         * Whose certificates TLS trusts, and which one it shows; for a URI with TLS only. Default: the platform's own, as
         * set by {@code javax.net.ssl.trustStore}. Host names are verified whatever it trusts.
         */
        public Builder sslContext(SSLContext value) {
            sslContext = value;
            return this;
        }

        /**
         * Who connects, asked at each new connection, so that a password can change while this Pulse runs: when Redis
         * closes connections because of it, they come back with the new one. Called by any thread, also by several at
         * once; what it throws counts as a refused access. Default: user and password of the URI, which then has none.
         */
        public Builder credentials(Supplier<Credentials> value) {
            credentials = value;
            return this;
        }

        /**
         * How large the payload of an event may be that is added, as the codec encodes it; 1 byte to 512 MiB, Redis' own
         * bound unless it was told otherwise. Default 16 MiB. Events of any size are read; a batch of them is held in
         * memory.
         */
        public Builder maxPayloadBytes(int value) {
            maxPayloadBytes = value;
            return this;
        }

        /**
         * How large the headers of an event may be that is added, names and values together in UTF-8; 1 byte to 512 MiB.
         * Default 64 KiB.
         */
        public Builder maxHeaderBytes(int value) {
            maxHeaderBytes = value;
            return this;
        }

        /** Who is told of changes of state in the background; default nobody. */
        public Builder listener(PulseListener value) {
            listener = value;
            return this;
        }

        /**
         * Checks all settings and connects: one try, so that a wrong address or password shows at once. It takes the
         * connect time-out at most for each address it tries; an interrupt stays set, and may make it fail.
         *
         * @throws IllegalArgumentException when a setting is out of its range or contradicts another, naming it
         * @throws PulseException as {@link Pulse#connect(String)}
         */
        public Pulse connect() {
            if (uri != null && client != null) {
                throw new IllegalArgumentException("Redis is named by a uri or by a client, not by both");
            }
            String named = uri == null ? DEFAULT_URI : uri;
            boolean ownRedis = named.strip().equals(EMBEDDED);
            // all checks come before a server is started
            RedisOptions options =
                    options(client != null ? new UserClient(client) : RedisUri.parse(ownRedis ? DEFAULT_URI : named));
            EventLimits limits = new EventLimits(maxPayloadBytes, maxHeaderBytes);
            EmbeddedRedis embedded = null;
            if (ownRedis) {
                embedded = EmbeddedRedis.start(EMBEDDED_OPTIONS);
                LOG.warn("redis=embedded uri={} note=\"for development, not for production\"", embedded.uri());
                options = options(RedisUri.parse(embedded.uri()));
            }
            try {
                Signals signals = new Signals(listener);
                return new Pulse(Redis.open(options, signals), signals, limits, options.clientName(), embedded);
            } catch (RuntimeException e) {
                if (embedded != null) {
                    embedded.close();
                }
                throw e;
            }
        }

        private RedisOptions options(Target target) {
            String name = clientName != null ? clientName : target.clientName().orElse("pulse");
            return new RedisOptions(target, name, connectTimeout, commandTimeout, sslContext, credentials);
        }
    }
}
