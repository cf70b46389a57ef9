package dev.pulse.map;

import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A writer in a process of its own, for {@link dev.pulse.testing.Node}. Arguments: URI, map. Told anything, it writes
 * without pause, by several threads and in every way there is.
 */
public final class MapNode {
    private MapNode() {}

    public static void main(String[] args) throws Exception {
        try (Pulse pulse = Pulse.connect(args[0]);
                ReplicatedMap<String> map = pulse.map(args[1], Codecs.string());
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            in.readLine();
            for (int i = 0; i < 4; i++) {
                Thread.startVirtualThread(() -> write(map));
            }
            in.readLine();
        }
    }

    private static void write(ReplicatedMap<String> map) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        try {
            for (int i = 0; ; i++) {
                String key = "k" + random.nextInt(3);
                switch (random.nextInt(8)) {
                    case 0 -> map.delete(key);
                    case 1 -> map.inc("n" + key, 1);
                    case 2 -> map.lists().append("l" + key, List.of("1"));
                    case 3 -> map.lists().remove("l" + key, List.of("1"));
                    case 4 -> map.testAndSet(key, "1", "2");
                    case 5 -> map.setIfAbsent(key, "1");
                    case 6 -> clearNowAndThen(map, i);
                    default -> map.set(key, Integer.toString(i));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void clearNowAndThen(ReplicatedMap<String> map, int i) throws InterruptedException {
        if (i % 10 == 0) {
            map.reset();
        }
    }
}
