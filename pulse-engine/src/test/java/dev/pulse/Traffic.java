package dev.pulse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.faults.Trial;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.RespException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Adds events to streams without pause while a sink handles and a reader reads each of them, and measures for how long
 * nothing got through.
 */
final class Traffic implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Pulse pulse;
    private final List<Flow> flows = new ArrayList<>();

    private Traffic(Pulse pulse) {
        this.pulse = pulse;
    }

    static Traffic start(Pulse.Builder builder, String... streams) throws InterruptedException {
        Traffic traffic = new Traffic(builder.connect());
        try {
            for (String stream : streams) {
                traffic.flows.add(new Flow(traffic.pulse, stream));
            }
            return traffic;
        } catch (RuntimeException | InterruptedException e) {
            traffic.pulse.close();
            throw e;
        }
    }

    /** Waits until events that are added from now on are handled and read, on each stream. */
    void awaitProgress(Duration limit) {
        long begin = System.nanoTime();
        for (Flow flow : flows) {
            int next = flow.begun.get() + 1;
            await().atMost(limit).pollInterval(Duration.ofMillis(10)).until(() -> flow.isThrough(next));
        }
        Trial.recovered(Duration.ofNanos(System.nanoTime() - begin));
    }

    Health health() {
        return pulse.health();
    }

    void requireUp(Duration limit) {
        await().atMost(limit)
                .untilAsserted(() -> assertThat(pulse.health().why()).isEmpty());
    }

    /** Stops adding and waits until all that was added has been handled. */
    void stopAndRequireAllHandled() throws InterruptedException {
        for (Flow flow : flows) {
            flow.stop();
            await().atMost(LIMIT).untilAsserted(() -> assertThat(flow.handled).containsAll(flow.added.keySet()));
        }
    }

    /**
     * What a failover may cost: events that were added in this time, to the Redis that failed, and that the one which
     * took its place had not got.
     *
     * @param after the last event that the new one had for certain
     * @param until when the old one took no more
     */
    record Loss(EventId after, Instant until) {
        boolean explains(EventId lost) {
            return lost.compareTo(after) > 0 && !lost.time().isAfter(until);
        }
    }

    /**
     * Stops adding and waits until all that is in the streams has been handled; all that was added is there, but for what
     * a failover cost.
     *
     * @param port where each stream is
     * @param key of each stream
     * @param losses by stream
     */
    void stopAndRequireOnlyLost(ToIntFunction<String> port, UnaryOperator<String> key, Map<String, Loss> losses)
            throws InterruptedException {
        for (Flow flow : flows) {
            flow.stop();
            try (RespClient client = RespClient.connect(port.applyAsInt(flow.name))) {
                Set<String> kept = client.list("XRANGE", key.apply(flow.name), "-", "+").stream()
                        .map(entry -> (String) ((List<?>) entry).getFirst())
                        .collect(Collectors.toSet());
                await().atMost(LIMIT)
                        .untilAsserted(() -> assertThat(flow.handledIds).containsAll(kept));
                Loss loss = losses.get(flow.name);
                assertThat(flow.added.values().stream().filter(id -> !kept.contains(id.toString())))
                        .as("lost, and not by the failover %s", loss)
                        .allMatch(lost -> loss != null && loss.explains(lost));
            }
        }
    }

    /** The last event of a stream in the Redis at this port; before all others when there is none. */
    static EventId lastIn(int port, String key) {
        try (RespClient client = RespClient.connect(port)) {
            // a replica of a cluster would send us elsewhere; other servers do not know the word
            try {
                client.call("READONLY");
            } catch (RespException e) {
                assertThat(e).hasMessageContaining("cluster support disabled");
            }
            List<?> last = client.list("XREVRANGE", key, "+", "-", "COUNT", "1");
            return last.isEmpty() ? EventId.ZERO : EventId.parse((String) ((List<?>) last.getFirst()).getFirst());
        }
    }

    /** How many additions had an unknown outcome. */
    int unknown() {
        return flows.stream().mapToInt(flow -> flow.unknown.get()).sum();
    }

    @Override
    public void close() throws InterruptedException {
        for (Flow flow : flows) {
            flow.stop();
        }
        pulse.close(Duration.ofSeconds(2));
    }

    private static final class Flow {
        private final String name;
        private final EventStream<String> stream;
        private final AtomicInteger begun = new AtomicInteger();
        private final AtomicInteger unknown = new AtomicInteger();
        private final ConcurrentHashMap<String, EventId> added = new ConcurrentHashMap<>();
        private final Set<String> handled = ConcurrentHashMap.newKeySet();
        private final Set<String> handledIds = ConcurrentHashMap.newKeySet();
        private final Set<String> read = ConcurrentHashMap.newKeySet();
        private final Thread adding;
        private volatile boolean stopped;

        Flow(Pulse pulse, String name) throws InterruptedException {
            this.name = name;
            this.stream = pulse.stream(name, Codecs.string());
            stream.add("e", "first");
            stream.sink(
                            "k",
                            SinkOptions.builder()
                                    .startAt(StartAt.oldest())
                                    .ackDeadline(Duration.ofSeconds(2))
                                    .build())
                    .consume(event -> {
                        handled.add(event.payload());
                        handledIds.add(event.id().toString());
                    });
            stream.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())
                    .consume(event -> read.add(event.payload()));
            adding = Thread.ofVirtual().start(this::addAll);
        }

        private void addAll() {
            while (!stopped) {
                String payload = Integer.toString(begun.incrementAndGet());
                try {
                    added.put(payload, stream.add("e", payload));
                    Thread.sleep(1);
                } catch (OutcomeUnknownException e) {
                    unknown.incrementAndGet();
                } catch (RedisUnavailableException e) {
                    // what a program would be told; the next one is tried
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        private boolean isThrough(int from) {
            return added.keySet().stream()
                    .anyMatch(payload ->
                            Integer.parseInt(payload) >= from && handled.contains(payload) && read.contains(payload));
        }

        void stop() throws InterruptedException {
            stopped = true;
            if (!adding.join(LIMIT)) {
                adding.interrupt();
                adding.join();
            }
        }
    }
}
