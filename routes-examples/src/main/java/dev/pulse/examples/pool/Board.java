package dev.pulse.examples.pool;

import static dev.pulse.examples.Console.say;

import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.WorkerInfo;
import java.util.ArrayList;
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

    /** Says which workers are new since the last look, and which jobs are with another worker. */
    void look() throws InterruptedException {
        for (WorkerInfo worker : pool.workers()) {
            // one that dies is soon no more in the list, and still known here
            if (nodes.put(worker.id(), worker.node()) == null) {
                say("      %s is a member", worker.node());
            }
        }
        Map<String, String> now = pool.jobs().stream().collect(Collectors.toMap(JobInfo::key, this::place));
        Map<String, List<String>> moves = new TreeMap<>();
        now.keySet().stream().sorted().forEach(key -> {
            String before = places.get(key);
            String way = before + " to " + now.get(key);
            if (before != null && !before.equals(now.get(key))) {
                moves.computeIfAbsent(way, none -> new ArrayList<>()).add(key);
            }
        });
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
