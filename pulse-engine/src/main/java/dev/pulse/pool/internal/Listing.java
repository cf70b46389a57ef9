package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.pool.JobInfo;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.Names;
import dev.pulse.wire.PoolKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads jobs as they stand in Redis. All of them are read in steps of a few hundred, over the connections for large replies,
 * so that neither Redis nor anybody else has to wait; each step may take the command time-out. Thread-safe.
 */
final class Listing {
    private static final int STEP = 500;
    /** How often all places are looked at while workers come and go, and jobs move past the reader. */
    private static final int MOST_PASSES = 3;

    private final Client client;

    Listing(Client client) {
        this.client = client;
    }

    Optional<JobInfo> job(String key) throws InterruptedException {
        Names.requireJobKey(key);
        Redis call = client.redis().forOneCall();
        PoolKeys keys = present(call).keys();
        return info(key, call.call(record(keys, key)));
    }

    Optional<byte[]> payload(String key) throws InterruptedException {
        Names.requireJobKey(key);
        Redis call = client.redis().forOneCall();
        PoolKeys keys = present(call).keys();
        return Optional.ofNullable((byte[])
                call.call(Command.repeatable("GET").key(keys.payload(key)).largeReply()));
    }

    /** The present incarnation, which Redis knows. */
    private PoolIncarnation present(Redis call) throws InterruptedException {
        PoolIncarnation pool = client.present();
        while (call.call(Command.repeatable("HGET").key(pool.keys().meta()).arg("v")) == null) {
            pool = client.life().after(pool, call);
        }
        return pool;
    }

    private static Command record(PoolKeys keys, String key) {
        return Command.repeatable("HMGET")
                .key(keys.job(key))
                .arg("id")
                .arg("st")
                .arg("o")
                .arg("t")
                .arg("w")
                .arg("n")
                .arg("at")
                .arg("e");
    }

    /** Empty when there is none, or what is there is no job. */
    private static Optional<JobInfo> info(String key, @Nullable Object record) {
        try {
            return parsed(key, record);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<JobInfo> parsed(String key, @Nullable Object record) {
        List<@Nullable Object> fields = Replies.list(record);
        Optional<JobInfo.State> state = state(text(fields, 1));
        if (fields.getFirst() == null || state.isEmpty()) {
            return Optional.empty();
        }
        String owner = text(fields, 2);
        String error = text(fields, 7);
        return Optional.of(new JobInfo(
                key,
                text(fields, 0),
                state.get(),
                owner.isEmpty() ? Optional.empty() : Optional.of(owner),
                number(fields, 3),
                fields.get(4) != null,
                (int) Math.max(0, number(fields, 5) - 1),
                Instant.ofEpochMilli(number(fields, 6)),
                error.isEmpty() ? Optional.empty() : Optional.of(error)));
    }

    private static Optional<JobInfo.State> state(String name) {
        return Arrays.stream(JobInfo.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    private static String text(List<@Nullable Object> fields, int at) {
        return fields.get(at) == null ? "" : Replies.text(fields.get(at));
    }

    private static long number(List<@Nullable Object> fields, int at) {
        return fields.get(at) == null ? 0 : Long.parseLong(Replies.text(fields.get(at)));
    }

    List<JobInfo> jobs() throws InterruptedException {
        Redis redis = client.redis();
        PoolKeys keys = present(redis).keys();
        Map<String, JobInfo> found = new LinkedHashMap<>();
        Object version = version(keys);
        for (int pass = 0; pass < MOST_PASSES; pass++) {
            read(keys, found);
            Object now = version(keys);
            if (Arrays.equals((byte[]) version, (byte[]) now)) {
                break;
            }
            version = now;
        }
        return List.copyOf(found.values());
    }

    private @Nullable Object version(PoolKeys keys) throws InterruptedException {
        return client.redis().call(Command.repeatable("HGET").key(keys.meta()).arg("v"));
    }

    private void read(PoolKeys keys, Map<String, JobInfo> found) throws InterruptedException {
        readAside(keys, found);
        List<String> workers = new ArrayList<>();
        for (String members : List.of(keys.leases(), keys.gone())) {
            Replies.list(client.redis()
                            .call(Command.repeatable("ZRANGE")
                                    .key(members)
                                    .arg(0)
                                    .arg(-1)
                                    .largeReply()))
                    .forEach(worker -> workers.add(Replies.text(worker)));
        }
        for (String worker : workers) {
            walk("SSCAN", keys.owned(worker), 1, "", keys, found);
        }
        // some may have come back meanwhile
        readAside(keys, found);
    }

    private void readAside(PoolKeys keys, Map<String, JobInfo> found) throws InterruptedException {
        walk("ZSCAN", keys.waiting(), 2, "", keys, found);
        walk("ZSCAN", keys.due(), 2, "k:", keys, found);
        walk("ZSCAN", keys.dead(), 2, "", keys, found);
    }

    /**
     * Goes through a set, and reads the jobs in it that were not found before.
     *
     * @param width how many parts an element has in the reply; its key is the first
     * @param prefix what the members begin with that are jobs
     */
    private void walk(String scan, String set, int width, String prefix, PoolKeys keys, Map<String, JobInfo> found)
            throws InterruptedException {
        String cursor = "0";
        do {
            List<@Nullable Object> reply = Replies.list(client.redis()
                    .call(Command.repeatable(scan)
                            .key(set)
                            .arg(cursor)
                            .arg("COUNT")
                            .arg(STEP)
                            .largeReply()));
            cursor = Replies.text(reply.getFirst());
            List<@Nullable Object> members = Replies.list(reply.get(1));
            List<String> wanted = new ArrayList<>();
            for (int i = 0; i < members.size(); i += width) {
                String member = Replies.text(members.get(i));
                if (member.startsWith(prefix) && !found.containsKey(member.substring(prefix.length()))) {
                    wanted.add(member.substring(prefix.length()));
                }
            }
            read(wanted, keys, found);
        } while (!cursor.equals("0"));
    }

    private void read(List<String> wanted, PoolKeys keys, Map<String, JobInfo> found) throws InterruptedException {
        for (int from = 0; from < wanted.size(); from += STEP) {
            List<String> part = wanted.subList(from, Math.min(from + STEP, wanted.size()));
            @Nullable
            Object[] records = client.redis()
                    .callAll(part.stream()
                            .map(key -> record(keys, key).largeReply())
                            .toList());
            for (int i = 0; i < records.length; i++) {
                String key = part.get(i);
                if (records[i] instanceof RedisReplyException foreign
                        && foreign.code().equals("WRONGTYPE")) {
                    continue;
                }
                info(key, requireReply(records[i])).ifPresent(job -> found.put(key, job));
            }
        }
    }

    static @Nullable Object requireReply(@Nullable Object reply) {
        if (reply instanceof PulseException refused) {
            throw refused;
        }
        return reply;
    }
}
