package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands in Redis, read without a script: it may have changed by the time it is used, and every script that is given
 * it checks that. Thread-safe.
 */
final class PoolReads {
    private static final String MOST = Integer.toString(PlacementScripts.MOST);

    private final PoolKeys keys;

    PoolReads(PoolKeys keys) {
        this.keys = keys;
    }

    /**
     * The pool at large.
     *
     * @param ringVersion of the slots
     * @param slots worker ids separated by commas, an empty one is a hole
     * @param queued how many jobs are accepted and not yet started
     * @param messages how many are under way
     * @param settingsVersion of the settings
     * @param fields all there is, by the names in Redis
     */
    record Meta(
            boolean closing,
            long ringVersion,
            String slots,
            long queued,
            long messages,
            long settingsVersion,
            Map<String, String> fields) {}

    /** The pool at large; empty when this incarnation is gone. */
    Optional<Meta> meta(Redis redis) throws InterruptedException {
        Map<String, String> fields =
                hash(Replies.list(redis.call(Command.repeatable("HGETALL").key(keys.meta()))));
        String state = fields.get("st");
        if (state == null) {
            return Optional.empty();
        }
        return Optional.of(new Meta(
                !state.equals("open"),
                number(fields, "v"),
                fields.getOrDefault("ring", ""),
                number(fields, "q"),
                number(fields, "mq"),
                number(fields, "cv"),
                Map.copyOf(fields)));
    }

    private static long number(Map<String, String> fields, String name) {
        return Long.parseLong(fields.getOrDefault(name, "0"));
    }

    private static Map<String, String> hash(List<@Nullable Object> reply) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < reply.size(); i += 2) {
            fields.put(Replies.text(reply.get(i)), Replies.text(reply.get(i + 1)));
        }
        return fields;
    }

    /**
     * A job.
     *
     * @param id its dispatch id
     * @param owner a worker; empty when it has none
     * @param token of the owner, or 0
     * @param client who dispatched it, and may wait for what becomes of it; empty for nobody
     */
    record JobSeen(String key, String id, String state, String owner, long token, String client) {}

    /** The longest waiting jobs but for so many, up to 100. */
    List<JobSeen> waiting(Redis redis, int skipped) throws InterruptedException {
        return jobs(redis, members(redis, keys.waiting(), skipped));
    }

    /** The jobs that were given up first, up to 100. */
    List<JobSeen> dead(Redis redis) throws InterruptedException {
        return jobs(redis, members(redis, keys.dead(), 0));
    }

    private static List<String> members(Redis redis, String key, int from) throws InterruptedException {
        return texts(redis.call(
                Command.repeatable("ZRANGE").key(key).arg(from).arg(from + (long) PlacementScripts.MOST - 1)));
    }

    private static List<String> texts(@Nullable Object reply) {
        return Replies.list(reply).stream().map(Replies::text).toList();
    }

    /**
     * What waits for a time.
     *
     * @param first the name of what has waited for longest
     * @param jobs those waiting
     * @param messages names of those put aside, with their keys
     * @param foreign what is neither
     */
    record Due(Optional<String> first, List<JobSeen> jobs, Map<String, String> messages, List<String> foreign) {
        int size() {
            return jobs.size() + messages.size() + foreign.size();
        }
    }

    /** What is due now, the earliest first, but for so many, up to a number. */
    Due due(Redis redis, int skipped, int most) throws InterruptedException {
        @Nullable
        Object[] replies = redis.callAll(List.of(
                Command.repeatable("TIME"),
                Command.repeatable("ZRANGE")
                        .key(keys.due())
                        .arg(skipped)
                        .arg(skipped + (long) most - 1)
                        .arg("WITHSCORES")));
        List<@Nullable Object> time = Replies.list(Listing.requireReply(replies[0]));
        long now =
                Long.parseLong(Replies.text(time.get(0))) * 1_000 + Long.parseLong(Replies.text(time.get(1))) / 1_000;
        List<String> flat = texts(Listing.requireReply(replies[1]));
        List<String> members = new ArrayList<>();
        for (int i = 0; i < flat.size() && Double.parseDouble(flat.get(i + 1)) <= now; i += 2) {
            members.add(flat.get(i));
        }
        return due(redis, members);
    }

    /** All that waits for a time, the first 100. */
    Due aside(Redis redis) throws InterruptedException {
        return due(redis, members(redis, keys.due(), 0));
    }

    private Due due(Redis redis, List<String> members) throws InterruptedException {
        List<String> waiting = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> foreign = new ArrayList<>();
        for (String member : members) {
            if (member.startsWith("k:")) {
                waiting.add(member.substring(2));
            } else if (member.startsWith("m:")) {
                names.add(member.substring(2));
            } else {
                foreign.add(member);
            }
        }
        List<@Nullable Object> about = readAll(
                redis,
                names.stream()
                        .map(name -> Command.repeatable("HGET")
                                .key(keys.message(name))
                                .arg("k"))
                        .toList());
        Map<String, String> messages = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            messages.put(names.get(i), text(about.get(i)));
        }
        return new Due(members.stream().findFirst(), jobs(redis, waiting), messages, foreign);
    }

    /** The replies to commands that read; null for one whose key is of another type. */
    private static List<@Nullable Object> readAll(Redis redis, List<Command> commands) throws InterruptedException {
        List<@Nullable Object> replies = new ArrayList<>();
        for (Object reply : redis.callAll(commands)) {
            if (reply instanceof PulseException failed && !(reply instanceof RedisReplyException)) {
                throw failed;
            }
            replies.add(reply instanceof RedisReplyException ? null : reply);
        }
        return replies;
    }

    private static String text(@Nullable Object reply) {
        return reply == null ? "" : Replies.text(reply);
    }

    /**
     * A part of what a worker owns.
     *
     * @param cursor where the next part begins; 0 after the last
     */
    record Page(String cursor, List<JobSeen> jobs) {}

    /** What a worker owns, from a cursor on, which is 0 at first; some may come twice, and a page may have more than 100. */
    Page ownedBy(Redis redis, String worker, String cursor) throws InterruptedException {
        List<@Nullable Object> reply = Replies.list(redis.call(Command.repeatable("SSCAN")
                .key(keys.owned(worker))
                .arg(cursor)
                .arg("COUNT")
                .arg(MOST)));
        return new Page(Replies.text(reply.get(0)), jobs(redis, texts(reply.get(1))));
    }

    /** The records of jobs, in this order; one that is not there, or is not ours, has an empty id. */
    List<JobSeen> jobs(Redis redis, List<String> wanted) throws InterruptedException {
        List<@Nullable Object> records = readAll(
                redis,
                wanted.stream()
                        .map(key -> Command.repeatable("HMGET")
                                .key(keys.job(key))
                                .arg("id")
                                .arg("st")
                                .arg("o")
                                .arg("t")
                                .arg("r"))
                        .toList());
        List<JobSeen> seen = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            Object record = records.get(i);
            List<String> fields = record == null
                    ? List.of("", "", "", "", "")
                    : Replies.list(record).stream().map(PoolReads::text).toList();
            String token = fields.get(3);
            seen.add(new JobSeen(
                    wanted.get(i),
                    fields.get(0),
                    fields.get(1),
                    fields.get(2),
                    token.isEmpty() ? 0 : Long.parseLong(token),
                    fields.get(4)));
        }
        return seen;
    }
}
