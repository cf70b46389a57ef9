package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.PoolSnapshot.Entry;
import dev.pulse.testing.RespClient;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is always true of what stands in Redis of a pool, whatever its nodes do: every test of pools checks it when it has
 * finished. It is read at one moment, so a pool may be at work meanwhile. For one incarnation and one thread.
 */
public final class PoolInvariants {
    private final RespClient redis;
    private final PoolKeys keys;
    private long greatestToken;

    public PoolInvariants(RespClient redis, PoolKeys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    /** Checks what is true at any time; that tokens only grow, since the last check. */
    public void check() {
        PoolSnapshot pool = PoolSnapshot.of(redis, keys);
        List<String> violations = violations(pool);
        long token = number(pool.hash("m"), "f");
        if (!pool.content().isEmpty() && token < greatestToken) {
            violations.add("I6 last token " + token + " after " + greatestToken);
        }
        greatestToken = Math.max(greatestToken, token);
        assertThat(violations).as("%s", pool.content()).isEmpty();
    }

    /**
     * Checks that accepted jobs that have not ended are there.
     *
     * @param jobs dispatch ids by their keys
     */
    public void checkAccepted(Map<String, String> jobs) {
        PoolSnapshot pool = PoolSnapshot.of(redis, keys);
        Map<String, String> there = new TreeMap<>();
        jobs.keySet().forEach(key -> there.put(key, pool.hash("job:" + key).getOrDefault("id", "none")));
        assertThat(there).as("I9 accepted jobs").isEqualTo(new TreeMap<>(jobs));
    }

    /** The same as {@link #check()}, of a pool where nothing is left to do: all inboxes are empty. */
    public void checkIdle() {
        check();
        PoolSnapshot pool = PoolSnapshot.of(redis, keys);
        Map<String, List<Entry>> unhandled = new TreeMap<>();
        for (String worker : pool.names("in:")) {
            if (!pool.entries("in:" + worker).isEmpty()) {
                unhandled.put(worker, pool.entries("in:" + worker));
            }
        }
        assertThat(unhandled).as("I15 unhandled").isEmpty();
    }

    /** Checks that of an incarnation that has ended nothing is left but what ends by itself. */
    public void checkEnded() {
        PoolSnapshot pool = PoolSnapshot.of(redis, keys);
        Map<String, PoolSnapshot.Value> left = new TreeMap<>(pool.content());
        left.values().removeIf(value -> value.ttl() >= 0);
        assertThat(left).as("I14 left").isEmpty();
    }

    /** What is not as it has to be at any time. */
    public static List<String> violations(PoolSnapshot pool) {
        List<String> violations = new ArrayList<>();
        if (pool.content().isEmpty()) {
            return violations;
        }
        pool.content().forEach((name, value) -> {
            if (value instanceof PoolSnapshot.Foreign) {
                violations.add("no key of a pool: " + name);
            }
        });
        checkPlaces(pool, violations);
        checkMembers(pool, violations);
        checkCounters(pool, violations);
        checkMessages(pool, violations);
        return violations;
    }

    private static void checkPlaces(PoolSnapshot pool, List<String> violations) {
        Map<String, List<String>> places = new TreeMap<>();
        pool.names("own:")
                .forEach(worker -> pool.members("own:" + worker).forEach(key -> place(places, key, "own:" + worker)));
        pool.scores("wait").keySet().forEach(key -> place(places, key, "wait"));
        pool.scores("dead").keySet().forEach(key -> place(places, key, "dead"));
        pool.scores("due").keySet().stream()
                .filter(member -> member.startsWith("k:"))
                .forEach(member -> place(places, member.substring(2), "due"));
        for (String key : pool.names("job:")) {
            Map<String, String> job = pool.hash("job:" + key);
            List<String> found = places.getOrDefault(key, List.of());
            String right = switch (job.getOrDefault("st", "")) {
                case "assigned", "running" -> "own:" + job.get("o");
                case "waiting" -> "wait";
                case "due" -> "due";
                case "dead" -> "dead";
                default -> "no state: " + job;
            };
            if (!found.equals(List.of(right))) {
                violations.add("I4 job " + key + " is in " + found + " instead of " + right);
            }
            if (right.startsWith("own:") != number(job, "t") > 0) {
                violations.add("I4 job " + key + " in " + right + " has token " + job.get("t"));
            }
            if (!(pool.get("pay:" + key) instanceof PoolSnapshot.Text)) {
                violations.add("I4 job " + key + " has no payload");
            }
            if (number(job, "t") > number(pool.hash("m"), "f")) {
                violations.add("I6 job " + key + " has token " + job.get("t") + ", the last one given is "
                        + pool.hash("m").get("f"));
            }
        }
        places.keySet().stream()
                .filter(key -> pool.get("job:" + key) == null)
                .forEach(key -> violations.add("I4 no record of " + key + " in " + places.get(key)));
        pool.names("pay:").stream()
                .filter(key -> pool.get("job:" + key) == null)
                .forEach(key -> violations.add("I4 payload without a record: " + key));
        for (String id : pool.names("d:")) {
            Map<String, String> outcome = pool.hash("d:" + id);
            long ttl = Objects.requireNonNull(pool.get("d:" + id)).ttl();
            boolean pending = "pending".equals(outcome.get("st"));
            // that of a task which has begun is not settled either
            boolean begun = "started".equals(outcome.get("st")) && ttl < 0;
            String job = pool.hash("job:" + outcome.get("k")).getOrDefault("id", "");
            if ((pending || begun) && !job.equals(id)) {
                violations.add("I10 dispatch " + id + " is " + outcome.get("st") + " and has no job");
            }
            if (!begun && pending == ttl >= 0) {
                violations.add("I10 dispatch " + id + " is " + outcome + ", to live for " + ttl);
            }
        }
    }

    private static void place(Map<String, List<String>> places, String key, String place) {
        places.computeIfAbsent(key, name -> new ArrayList<>()).add(place);
    }

    private static void checkMembers(PoolSnapshot pool, List<String> violations) {
        var live = new TreeSet<>(pool.scores("lease").keySet());
        var known = new TreeSet<>(live);
        known.addAll(pool.scores("gone").keySet());
        if (known.size() < live.size() + pool.scores("gone").size()) {
            violations.add(
                    "I5 both live and gone: " + live + " " + pool.scores("gone").keySet());
        }
        for (String kind : List.of("own:", "in:", "w:")) {
            pool.names(kind).stream()
                    .filter(worker -> !known.contains(worker))
                    .forEach(worker -> violations.add("I5 " + kind + worker + " of nobody that is live or gone"));
        }
        for (String worker : pool.hash("m").getOrDefault("ring", "").split(",", -1)) {
            if (!worker.isEmpty() && !live.contains(worker)) {
                violations.add("I11 in the ring without a lease: " + worker);
            }
        }
        for (String worker : pool.names("in:")) {
            long last = 0;
            for (Entry entry : pool.entries("in:" + worker)) {
                if (entry.field("y").equals("s")) {
                    long token = Long.parseLong(entry.field("t"));
                    if (token <= last) {
                        violations.add(
                                "I6 start with token " + token + " after " + last + " in the inbox of " + worker);
                    }
                    last = token;
                }
            }
        }
    }

    private static void checkCounters(PoolSnapshot pool, List<String> violations) {
        Map<String, String> meta = pool.hash("m");
        long queued = pool.names("job:").stream()
                .filter(key -> "1".equals(pool.hash("job:" + key).get("q")))
                .count();
        // a maximum that was lowered may be exceeded for a while
        boolean tooMany = number(meta, "cv") == 1 && queued > number(meta, "max");
        if (!meta.isEmpty() && (queued != number(meta, "q") || tooMany)) {
            violations.add("I7 " + queued + " queued, counted " + meta.get("q") + " of " + meta.get("max"));
        }
    }

    private static void checkMessages(PoolSnapshot pool, List<String> violations) {
        var aside = new TreeSet<String>();
        pool.scores("due").keySet().stream()
                .filter(member -> member.startsWith("m:"))
                .forEach(member -> aside.add(member.substring(2)));
        if (!aside.equals(pool.names("msg:"))) {
            violations.add("messages put aside: " + pool.names("msg:") + ", in due " + aside);
        }
        if (aside.size() != number(pool.hash("m"), "ma")) {
            violations.add("messages put aside: " + aside.size() + ", counted "
                    + pool.hash("m").get("ma"));
        }
        long inInboxes = pool.names("in:").stream()
                .flatMap(worker -> pool.entries("in:" + worker).stream())
                .filter(entry -> entry.field("y").equals("g"))
                .count();
        if (inInboxes + aside.size() != number(pool.hash("m"), "mq")) {
            violations.add("messages under way: " + inInboxes + " in inboxes, " + aside.size() + " put aside, counted "
                    + pool.hash("m").get("mq"));
        }
    }

    private static long number(Map<String, String> hash, String field) {
        return Long.parseLong(hash.getOrDefault(field, "0"));
    }
}
