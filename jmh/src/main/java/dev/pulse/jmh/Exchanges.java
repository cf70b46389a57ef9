package dev.pulse.jmh;

import dev.pulse.Pulse;
import dev.pulse.jmh.peer.Sample;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Endpoint;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Exchanges of 256 bytes that 64 virtual threads send to an endpoint. Where a route reads from there, in the same context,
 * they have been through it when they count as sent.
 */
@State(Scope.Benchmark)
public abstract class Exchanges {
    /** Exchanges of one invocation, by all callers together. */
    static final int NUMBER = 6_400;

    private static final int CALLERS = 64;

    private final BenchRedis redis = new BenchRedis();
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final byte[] payload = Sample.payload();
    private final Semaphore through = new Semaphore(0);
    private final String to;
    private final @Nullable String from;
    private Pulse pulse;
    private ProducerTemplate template;
    private int firstKey;

    Exchanges(String to, @Nullable String from) {
        this.to = to;
        this.from = from;
    }

    /** Starts the context. */
    @Setup
    public void open() throws Exception {
        pulse = Pulse.connect(redis.uri());
        context.getRegistry().bind("pulse", pulse);
        if (from != null) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(from).process(exchange -> through.release());
                }
            });
        }
        context.start();
        template = context.createProducerTemplate();
    }

    void send() throws InterruptedException {
        firstKey += NUMBER;
        sendTo(to);
        if (from != null) {
            through.acquire(NUMBER);
        }
    }

    /** The key of that exchange, if not said otherwise one that no other has. */
    String key(int number) {
        return Integer.toString(number);
    }

    /** With the keys of this invocation. */
    void sendTo(String uri) throws InterruptedException {
        Endpoint endpoint = context.getEndpoint(uri);
        AtomicInteger number = new AtomicInteger(firstKey);
        Callers.run(CALLERS, NUMBER, () -> {
            template.sendBodyAndHeader(endpoint, payload, "CamelPulseKey", key(number.getAndIncrement()));
            return endpoint;
        });
    }

    /** Stops it. */
    @TearDown
    public void close() {
        context.stop();
        pulse.close();
        redis.close();
    }

    /** A call. */
    @State(Scope.Benchmark)
    public static class Direct extends Exchanges {
        public Direct() {
            super("direct:bench", "direct:bench");
        }
    }

    /** A queue in memory. */
    @State(Scope.Benchmark)
    public static class Seda extends Exchanges {
        private static final String QUEUE = "seda:bench?blockWhenFull=true";

        public Seda() {
            super(QUEUE, QUEUE);
        }
    }

    /** An event of a stream. */
    @State(Scope.Benchmark)
    public static class Append extends Exchanges {
        public Append() {
            super("pulse-stream:bench:exchanges", null);
        }
    }

    /** A key of a map, looked up in local memory. */
    @State(Scope.Benchmark)
    public static class Get extends Exchanges {
        public Get() {
            super("pulse-map:bench:exchanges", null);
        }

        /** Writes it. */
        @Override
        public void open() throws Exception {
            super.open();
            sendTo(Set.URI);
        }

        @Override
        String key(int number) {
            return MapClient.KEY;
        }
    }

    /** A key of a map, written. */
    @State(Scope.Benchmark)
    public static class Set extends Exchanges {
        private static final String URI = "pulse-map:bench:exchanges?operation=set";

        public Set() {
            super(URI, null);
        }

        @Override
        String key(int number) {
            return MapClient.KEY;
        }
    }

    /** A job of a pool, until it has begun. */
    @State(Scope.Benchmark)
    public static class Dispatch extends Exchanges {
        public Dispatch() {
            super("pulse-pool:bench", "pulse-pool:bench");
        }

        /** Stops all jobs. */
        @TearDown(Level.Invocation)
        public void stop() throws InterruptedException {
            sendTo("pulse-pool:bench?operation=stop");
        }
    }

    /** A message to a key of a pool, until it was answered. */
    @State(Scope.Benchmark)
    public static class Send extends Exchanges {
        public Send() {
            super("pulse-pool:bench?operation=send", "pulse-pool:bench?on=message");
        }
    }
}
