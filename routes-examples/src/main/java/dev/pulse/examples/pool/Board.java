package dev.pulse.examples.pool;

import static dev.pulse.examples.Console.say;

import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.WorkerInfo;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks where the jobs are, and says what has moved. For one thread. */
final class Board {
    private static final String NOWHERE = "nobody";
    private static final int SHOWN = 10;

    private final PoolClient pool;
    private final Map<String, String> nodes = new TreeMap<>();
    private Map<String, String> places = Map.of();
    private long moved;

    Board(PoolClient pool) {
        this.pool = pool;
    }

    /** Says which jobs are with another worker than at the last look. */
    void look() throws InterruptedException {
        // a worker that died is soon no more in the list, but still known here
        pool.workers().forEach(worker -> nodes.put(worker.id(), worker.node()));
        Map<String, String> now = pool.jobs().stream().collect(Collectors.toMap(JobInfo::key, this::place));
        Map<String, List<String>> moves = now.keySet().stream()
                .filter(key -> !now.get(key).equals(places.getOrDefault(key, now.get(key))))
                .sorted()
                .collect(Collectors.groupingBy(
                        key -> places.get(key) + " to " + now.get(key), TreeMap::new, Collectors.toList()));
        moves.forEach((way, keys) -> say("      %d jobs move from %s: %s", keys.size(), way, shown(keys)));
        moved += moves.values().stream().mapToLong(List::size).sum();
        places = now;
    }

    private String place(JobInfo job) {
        return job.worker().map(worker -> nodes.getOrDefault(worker, worker)).orElse(NOWHERE);
    }

    private static String shown(List<String> keys) {
        String first = keys.stream().limit(SHOWN).collect(Collectors.joining(", "));
        return keys.size() > SHOWN ? first + ", …" : first;
    }

    /** How many jobs each process has, as of the last look. */
    Map<String, Long> places() {
        return places.values().stream()
                .collect(Collectors.groupingBy(place -> place, TreeMap::new, Collectors.counting()));
    }

    long movedCount() {
        return moved;
    }
}
