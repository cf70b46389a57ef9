package dev.pulse.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.faults.Trial;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Two replicas of a map in two engines, both of which write without pause while Redis fails over. */
final class MapPair implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** P9 and P11, and what a busy machine may add. */
    private static final Duration RECOVERY = Duration.ofSeconds(5 + 10);

    private final List<Pulse> engines;
    private final List<ReplicatedMap<String>> maps;
    private final Writers writers;

    private MapPair(List<Pulse> engines, List<ReplicatedMap<String>> maps) {
        this.engines = engines;
        this.maps = maps;
        this.writers = Writers.start(2, maps);
    }

    static MapPair start(Pulse.Builder builder, String name) throws InterruptedException {
        List<Pulse> engines = List.of(builder.connect(), builder.connect());
        return new MapPair(
                engines,
                List.of(
                        engines.get(0).map(name, Codecs.string()),
                        engines.get(1).map(name, Codecs.string())));
    }

    /** Waits until what is written from now on through one replica is seen by the other, both ways. */
    void awaitProgress() {
        long begun = System.nanoTime();
        for (int i = 0; i < 2; i++) {
            ReplicatedMap<String> from = maps.get(i);
            ReplicatedMap<String> to = maps.get(1 - i);
            String now = Long.toString(System.nanoTime());
            await().atMost(RECOVERY)
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptionsInstanceOf(PulseException.class)
                    .untilAsserted(() -> {
                        from.set("progress", now);
                        assertThat(to.get("progress"))
                                .as("written at revision %d, seen by %s", from.revision(), to.figures())
                                .isEqualTo(now);
                    });
        }
        Trial.recovered(Duration.ofNanos(System.nanoTime() - begun));
    }

    /** Ends writing, and waits until both have what Redis has at this port; all that was acknowledged, if so. */
    void stopAndRequireAgreement(int port, String content, boolean complete) throws InterruptedException {
        Map<String, Integer> acknowledged = writers.stop();
        assertThat(acknowledged).isNotEmpty();
        // whoever was connected while a Redis changed its role may be cut off
        await().atMost(LONG)
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .untilAsserted(() -> {
                    try (RespClient client = RespClient.connect(port)) {
                        RawMap raw = new RawMap(client, content.replaceAll("^map:|:content$", ""));
                        Map<String, String> kept = raw.entries();
                        for (ReplicatedMap<String> map : maps) {
                            assertThat(map.snapshot()).isEqualTo(kept);
                            assertThat(map.revision()).isEqualTo(raw.revision());
                        }
                        if (complete) {
                            acknowledged.forEach(
                                    (key, value) -> assertThat(Integer.parseInt(kept.getOrDefault(key, "0")))
                                            .isGreaterThanOrEqualTo(value));
                        }
                    }
                });
        await().atMost(RECOVERY)
                .untilAsserted(() -> assertThat(engines)
                        .allSatisfy(engine -> assertThat(engine.health().why()).isEmpty()));
    }

    @Override
    public void close() throws InterruptedException {
        writers.stop();
        engines.forEach(Pulse::close);
    }
}
