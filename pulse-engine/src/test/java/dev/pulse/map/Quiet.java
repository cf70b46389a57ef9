package dev.pulse.map;

import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A replica looks at Redis by itself a moment after it has joined and a moment after a change; then it rests for half of
 * its period at least.
 */
final class Quiet {
    private Quiet() {}

    /** Waits until these, which have joined or changed just now, have looked: nothing but the test changes them next. */
    static void await(ReplicatedMap<?>... maps) {
        long begun = System.nanoTime();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            long now = System.nanoTime();
            return Stream.of(maps).allMatch(map -> map.figures().lastSync().toNanos() < now - begun);
        });
    }
}
