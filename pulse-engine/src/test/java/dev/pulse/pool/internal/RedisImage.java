package dev.pulse.pool.internal;

import dev.pulse.pool.PoolSnapshot;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What stands in Redis of a pool, apart from what no script looks at: two images are the same when the pool goes on in the
 * same way from both. Times are "past" and "to come" only, tokens are numbered from 1, entries have no ids of their own,
 * replies and wake-ups are left out. Immutable.
 */
final class RedisImage {
    static final int NONE = -1;

    /** Tokens are micros of Redis' clock; in images they count from 1. */
    private static final long LEAST_REAL_TOKEN = 1_000_000_000_000L;

    private static final String LIVE = "9000000000000000";
    private static final String PAST = "1";

    /** A key: its type, whether it expires, and what makes it again. */
    private record Piece(String type, boolean expires, List<String> parts) {}

    /** A job, as worker and dispatch are numbered in the walk; {@link #NONE} when there is none. */
    record Job(int dispatch, String state, int owner, int token, boolean wished, boolean startedOnce, int attempts) {}

    /** An entry of an inbox. */
    record Entry(String id, char kind, int key, int token, int dispatch, boolean startedOnce) {}

    private final Map<String, Piece> pieces;
    private final String text;
    private final int lastToken;
    private final Map<Integer, Job> jobs = new HashMap<>();
    private final Map<Integer, List<Entry>> inboxes = new HashMap<>();
    private final Map<Integer, String> outcomes = new HashMap<>();
    private final Set<Integer> begun = new HashSet<>();
    private final int[] ring;
    private final long ringVersion;
    private final boolean recovering;
    private final int live;
    private final int expired;
    private final int gone;
    private final int reasserting;
    private final int waiting;
    private final int due;
    private final Map<Integer, Integer> owned = new HashMap<>();

    private RedisImage(Map<String, Piece> pieces, int lastToken) {
        this.pieces = pieces;
        this.lastToken = lastToken;
        this.text = lastToken + pieces.toString();
        for (String name : pieces.keySet()) {
            if (name.startsWith("job:k")) {
                Map<String, String> job = fields(name);
                jobs.put(
                        number(name, "job:k"),
                        new Job(
                                number(job.getOrDefault("id", ""), "d"),
                                job.getOrDefault("st", ""),
                                number(job.getOrDefault("o", ""), "w"),
                                Integer.parseInt(job.getOrDefault("t", "0")),
                                job.containsKey("w"),
                                job.containsKey("n"),
                                Integer.parseInt(job.getOrDefault("a", "0"))));
            } else if (name.startsWith("in:w")) {
                inboxes.put(number(name, "in:w"), entries(parts(name)));
            } else if (name.startsWith("d:d")) {
                Map<String, String> outcome = fields(name);
                outcomes.put(number(name, "d:d"), outcome.getOrDefault("st", ""));
                if (outcome.getOrDefault("n", "0").equals("1")) {
                    begun.add(number(name, "d:d"));
                }
            } else if (name.startsWith("own:w")) {
                owned.put(number(name, "own:w"), numbers(name, null, "k"));
            }
        }
        Map<String, String> meta = fields("m");
        String slots = meta.getOrDefault("ring", "");
        ring = slots.isEmpty()
                ? new int[0]
                : Arrays.stream(slots.split(",", -1))
                        .mapToInt(slot -> number(slot, "w"))
                        .toArray();
        ringVersion = Long.parseLong(meta.getOrDefault("v", "0"));
        recovering = meta.containsKey("rg");
        live = numbers("lease", LIVE, "w");
        expired = numbers("lease", PAST, "w");
        gone = numbers("gone", PAST, "w");
        reasserting = numbers("rec", null, "w");
        waiting = numbers("wait", PAST, "k");
        due = numbers("due", PAST, "k:k");
    }

    /**
     * From what stands in Redis.
     *
     * @param lastToken of the image that the last script began with
     * @param versions whether the versions of rings count: they do if a script may know an older one
     */
    static RedisImage of(PoolSnapshot pool, int lastToken, boolean versions) {
        var fresh = new TreeSet<Long>();
        pool.content().forEach((name, value) -> {
            if (value instanceof PoolSnapshot.Hash hash && (name.equals("m") || name.startsWith("job:"))) {
                fresh.add(Long.parseLong(hash.fields().getOrDefault(name.equals("m") ? "f" : "t", "0")));
            }
        });
        Map<String, String> tokens = new HashMap<>();
        for (long token : fresh.tailSet(LEAST_REAL_TOKEN)) {
            tokens.put(Long.toString(token), Integer.toString(++lastToken));
        }
        Map<String, Piece> pieces = new TreeMap<>();
        pool.content().forEach((name, value) -> {
            Piece piece = piece(name, value, tokens, versions);
            if (piece != null) {
                pieces.put(name, piece);
            }
        });
        return new RedisImage(pieces, lastToken);
    }

    private static @Nullable Piece piece(
            String name, PoolSnapshot.Value value, Map<String, String> tokens, boolean versions) {
        boolean expires = value.ttl() >= 0;
        return switch (value) {
            case PoolSnapshot.Hash hash -> new Piece("hash", expires, hashParts(name, hash.fields(), tokens, versions));
            case PoolSnapshot.Members set -> new Piece("set", expires, List.copyOf(set.members()));
            case PoolSnapshot.Text string -> new Piece("string", expires, List.of(string.text()));
            case PoolSnapshot.Scores scores -> {
                List<String> parts = new ArrayList<>();
                scores.scores().forEach((member, score) -> {
                    parts.add(name.equals("lease") && score > System.currentTimeMillis() ? LIVE : PAST);
                    parts.add(member);
                });
                yield new Piece("zset", expires, sortedPairs(parts));
            }
            case PoolSnapshot.Entries stream -> {
                List<String> parts = stream.entries().stream()
                        .filter(entry -> !entry.field("y").equals("r"))
                        .map(entry -> words(entry.fields(), tokens))
                        .sorted(Comparator.comparingInt(RedisImage::token).thenComparing(part -> part))
                        .toList();
                yield name.startsWith("re:") || parts.isEmpty() ? null : new Piece("stream", expires, parts);
            }
            case PoolSnapshot.Foreign foreign -> throw new AssertionError(name + " is a " + foreign.type());
        };
    }

    private static List<String> sortedPairs(List<String> flat) {
        List<String> sorted = new ArrayList<>();
        var pairs = new TreeMap<String, String>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.put(flat.get(i + 1), flat.get(i));
        }
        pairs.forEach((member, score) -> {
            sorted.add(score);
            sorted.add(member);
        });
        return sorted;
    }

    private static List<String> hashParts(
            String name, Map<String, String> fields, Map<String, String> tokens, boolean versions) {
        Map<String, String> kept = new TreeMap<>(fields);
        boolean outcome = name.startsWith("d:");
        kept.replaceAll((field, text) -> switch (field) {
            case "t" -> outcome ? "0" : tokens.getOrDefault(text, text);
            case "f" -> tokens.getOrDefault(text, text);
            case "at", "rg" -> PAST;
            // how often it has started does not matter, but whether
            case "n" -> text.equals("0") ? "0" : "1";
            case "v" -> versions ? text : "0";
            default -> text;
        });
        kept.keySet().removeAll(List.of("bt", "sb", "dd"));
        List<String> parts = new ArrayList<>();
        kept.forEach((field, text) -> {
            parts.add(field);
            parts.add(text);
        });
        return parts;
    }

    private static String words(Map<String, String> fields, Map<String, String> tokens) {
        StringBuilder words = new StringBuilder();
        fields.forEach((field, text) -> words.append('\0')
                .append(field)
                .append('\0')
                .append(
                        switch (field) {
                            case "t" -> tokens.getOrDefault(text, text);
                            case "n" -> text.equals("0") ? "0" : "1";
                            default -> text;
                        }));
        return words.toString();
    }

    private static Map<String, String> split(String words) {
        String[] parts = words.split("\0", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < parts.length; i += 2) {
            fields.put(parts[i], parts[i + 1]);
        }
        return fields;
    }

    private static int token(String words) {
        return Integer.parseInt(split(words).getOrDefault("t", "0"));
    }

    private static List<Entry> entries(List<String> parts) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            Map<String, String> fields = split(parts.get(i));
            entries.add(new Entry(
                    (i + 1) + "-1",
                    fields.getOrDefault("y", "?").charAt(0),
                    number(fields.getOrDefault("k", ""), "k"),
                    Integer.parseInt(fields.getOrDefault("t", "0")),
                    number(fields.getOrDefault("id", ""), "d"),
                    !fields.getOrDefault("n", "0").equals("0")));
        }
        return entries;
    }

    /** The number after a beginning; {@link #NONE} when it does not begin so. */
    private static int number(String name, String beginning) {
        return name.startsWith(beginning) ? Integer.parseInt(name.substring(beginning.length())) : NONE;
    }

    private List<String> parts(String name) {
        Piece piece = pieces.get(name);
        return piece == null ? List.of() : piece.parts();
    }

    private Map<String, String> fields(String name) {
        Map<String, String> fields = new HashMap<>();
        List<String> parts = parts(name);
        for (int i = 0; i < parts.size(); i += 2) {
            fields.put(parts.get(i), parts.get(i + 1));
        }
        return fields;
    }

    /** What makes it again, for {@code restore.lua}. */
    List<String> restoring() {
        List<String> arguments = new ArrayList<>();
        pieces.forEach((name, piece) -> {
            arguments.addAll(List.of(
                    name,
                    piece.type(),
                    piece.expires() ? "1" : "0",
                    "" + piece.parts().size()));
            arguments.addAll(piece.parts());
        });
        return arguments;
    }

    /** The last token that was ever given out, also before a loss of state. */
    int lastToken() {
        return lastToken;
    }

    /** Null when there is none. */
    @Nullable
    Job job(int key) {
        return jobs.get(key);
    }

    /** Whether a dispatch's outcome says that it has begun. */
    boolean isBegun(int dispatch) {
        return begun.contains(dispatch);
    }

    /** The state of a dispatch's outcome; empty when there is none. */
    String outcome(int dispatch) {
        return outcomes.getOrDefault(dispatch, "");
    }

    List<Entry> inbox(int worker) {
        return inboxes.getOrDefault(worker, List.of());
    }

    /** The entry of a kind about a key and a token; null when there is none. */
    @Nullable
    Entry entry(int worker, char kind, int key, int token) {
        for (Entry entry : inbox(worker)) {
            if (entry.kind() == kind && entry.key() == key && entry.token() == token) {
                return entry;
            }
        }
        return null;
    }

    /** The slots; {@link #NONE} is a hole. */
    int[] ring() {
        return ring;
    }

    long ringVersion() {
        return ringVersion;
    }

    boolean isRecovering() {
        return recovering;
    }

    boolean reasserts(int worker) {
        return has(reasserting, worker);
    }

    boolean isLive(int worker) {
        return has(live, worker);
    }

    /** Whether its lease has ended, and nobody has begun to sweep it. */
    boolean isExpired(int worker) {
        return has(expired, worker);
    }

    boolean isGone(int worker) {
        return has(gone, worker);
    }

    boolean waits(int key) {
        return has(waiting, key);
    }

    boolean isDue(int key) {
        return has(due, key);
    }

    boolean owns(int worker, int key) {
        return has(owned.getOrDefault(worker, 0), key);
    }

    boolean ownsNothing(int worker) {
        return owned.getOrDefault(worker, 0) == 0;
    }

    private static boolean has(int set, int number) {
        return number >= 0 && (set >> number & 1) == 1;
    }

    /** The numbers of a set's members, or of a sorted set's members with a score. */
    private int numbers(String name, @Nullable String score, String beginning) {
        int set = 0;
        List<String> parts = parts(name);
        for (int i = 0; i < parts.size(); i++) {
            boolean counts = score == null || (i % 2 == 1 && parts.get(i - 1).equals(score));
            int number = counts ? number(parts.get(i), beginning) : NONE;
            if (number >= 0) {
                set |= 1 << number;
            }
        }
        return set;
    }

    /** The same after the lease of a worker has ended. */
    RedisImage withLeaseEnded(int worker) {
        List<String> parts = new ArrayList<>(parts("lease"));
        parts.set(parts.indexOf("w" + worker) - 1, PAST);
        return with("lease", new Piece("zset", false, parts));
    }

    /** The same without an entry, which its reader found to be done with. */
    RedisImage withoutEntry(int worker, Entry entry) {
        List<String> parts = new ArrayList<>(parts("in:w" + worker));
        parts.remove(inbox(worker).indexOf(entry));
        return with("in:w" + worker, new Piece("stream", false, parts));
    }

    /** The same with a start entry that comes once more. */
    RedisImage withStart(int worker, int key, int token, int dispatch) {
        String name = "in:w" + worker;
        List<String> parts = new ArrayList<>(parts(name));
        parts.add("\0y\0s\0k\0k" + key + "\0t\0" + token + "\0p\0p\0id\0d" + dispatch + "\0c\0\0mx\0" + "1");
        parts.sort(Comparator.comparingInt(RedisImage::token).thenComparing(part -> part));
        return with(name, new Piece("stream", false, parts));
    }

    private RedisImage with(String name, Piece piece) {
        Map<String, Piece> changed = new TreeMap<>(pieces);
        if (piece.parts().isEmpty()) {
            changed.remove(name);
        } else {
            changed.put(name, piece);
        }
        return new RedisImage(changed, lastToken);
    }

    /** This, which is of a new incarnation, after a loss of all state that had come to this token. */
    RedisImage recovering(int tokenBefore) {
        List<String> parts = new ArrayList<>(parts("m"));
        parts.addAll(List.of("rg", PAST));
        Map<String, Piece> changed = new TreeMap<>(pieces);
        changed.put("m", new Piece("hash", false, parts));
        return new RedisImage(changed, tokenBefore);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RedisImage image && text.equals(image.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
