package dev.pulse.map;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes to maps without pause, each writer to keys of its own with values that count up, whatever happens to Redis. Of
 * each key it is known which value was the last to be acknowledged.
 */
final class Writers implements AutoCloseable {
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean enough;

    /** Starts so many writers for each map. */
    static Writers start(int each, List<ReplicatedMap<String>> maps) {
        Writers writers = new Writers();
        for (ReplicatedMap<String> map : maps) {
            for (int i = 0; i < each; i++) {
                String key = maps.indexOf(map) + "-" + i;
                writers.threads.add(Thread.startVirtualThread(() -> writers.write(map, key)));
            }
        }
        return writers;
    }

    private void write(ReplicatedMap<String> map, String key) {
        for (int i = 1; !enough; i++) {
            String mine = key + "-" + (i % 5);
            try {
                map.set(mine, Integer.toString(i));
                acknowledged.put(mine, i);
                count.incrementAndGet();
            } catch (OutcomeUnknownException e) {
                // it may be there or not; the next one is greater
                count.incrementAndGet();
            } catch (PulseException e) {
                // not there
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** How many writes were sent so far. */
    int count() {
        return count.get();
    }

    /** Ends them; returns the last acknowledged value of each key. */
    Map<String, Integer> stop() throws InterruptedException {
        enough = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return acknowledged;
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
