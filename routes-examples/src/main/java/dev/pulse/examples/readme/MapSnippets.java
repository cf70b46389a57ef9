package dev.pulse.examples.readme;

import dev.pulse.Pulse;
import dev.pulse.map.ListChange;
import dev.pulse.map.MapChange;
import dev.pulse.map.MapFigures;
import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.Watch;
import dev.pulse.map.WatchOptions;
import dev.pulse.stream.Codecs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What can be done with a replicated map. */
final class MapSnippets {
    /** What the watcher was told. */
    final Queue<String> told = new ConcurrentLinkedQueue<>();

    static ReplicatedMap<String> using(Pulse pulse) throws InterruptedException {
        // snippet: map
        ReplicatedMap<String> flags = pulse.map("flags", Codecs.string()); // has all of the content now

        Optional<String> before = flags.set("checkout", "old"); // atomic, for everybody
        flags.setAndWait("checkout", "new"); // returns when this replica shows it
        String checkout = flags.get("checkout"); // from local memory, in nanoseconds; null when absent
        // end
        System.out.println(before + " " + checkout);
        return flags;
    }

    static void reading(ReplicatedMap<String> flags) throws InterruptedException {
        // snippet: read
        boolean known = flags.containsKey("checkout");
        int size = flags.size();
        Set<String> names = flags.keys(); // copies, as of one revision
        Map<String, String> all = flags.snapshot();
        Optional<String> fresh = flags.getFresh("checkout"); // asks Redis
        // end
        System.out.println(known + " " + size + " " + names + " " + all + " " + fresh);
    }

    static boolean testing(ReplicatedMap<String> flags) throws InterruptedException {
        // snippet: test
        boolean first = flags.setIfAbsent("leader", "node-1"); // one of many wins
        boolean handedOver = flags.testAndSet("leader", "node-1", "node-2"); // only if it still is node-1
        boolean left = flags.testAndDelete("leader", "node-2");
        Optional<String> gone = flags.delete("checkout"); // what was there
        // end
        System.out.println(gone);
        return first && handedOver && left;
    }

    static long counting(Pulse pulse) throws InterruptedException {
        // snippet: inc
        try (ReplicatedMap<String> calls = pulse.map(
                "calls-per-minute",
                Codecs.string(),
                MapOptions.builder()
                        .ttl(MapTtl.absolute(Duration.ofMinutes(1))) // or sliding: set in the step that writes
                        .build())) {
            return calls.inc("customer-4711", 1); // 64 bits, exact
        }
        // end
    }

    static ListChange listing(Pulse pulse) throws InterruptedException {
        // snippet: lists
        try (ReplicatedMap<List<String>> teams = pulse.map("teams", Codecs.list())) {
            List<String> reds = teams.lists().append("reds", List.of("ada", "alan"));
            ListChange joined = teams.lists().appendUnique("reds", List.of("alan", "grace"));
            ListChange left = teams.lists().remove("reds", List.of("ada")); // with the last one goes the key
            System.out.println(reds + ", then " + joined.items() + ", then " + left.items());
            return left;
        }
        // end
    }

    Watch watching(ReplicatedMap<String> flags) {
        // snippet: watch
        Watch watch = flags.watch(
                WatchOptions.contentAndChanges(), // first what is there, as changes of kind PRESENT
                change -> route(change)); // on a virtual thread of its own
        // end
        return watch;
    }

    private void route(MapChange<String> change) {
        told.add(change.kind() + " " + change.key() + "=" + change.newValue().orElse("-"));
    }

    static void clearing(ReplicatedMap<String> flags) throws InterruptedException {
        // snippet: clear
        boolean unchanged = flags.testAndReset(Map.of("checkout", "new")); // only if each value is still this
        flags.reset(); // deletes all keys
        flags.destroy(); // the same, and tells that it was for good; the next write begins anew
        // end
        System.out.println(unchanged);
    }

    static String looking(ReplicatedMap<String> flags) {
        // snippet: figures
        MapFigures figures = flags.figures(); // asks Redis nothing
        String state = figures.size() + " entries of revision " + figures.revision() + ", known to be equal to Redis "
                + figures.staleness().toSeconds() + " s ago";
        // end
        return state;
    }
}
