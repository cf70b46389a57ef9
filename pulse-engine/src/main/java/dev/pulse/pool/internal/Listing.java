package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.pool.JobInfo;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.Names;
import dev.pulse.wire.Options;
import dev.pulse.wire.PoolKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads jobs as they stand in Redis. All of them are read in steps of a few hundred, over the connections for large replies,
 * so that neither Redis nor anybody else has to wait; each step may take the command time-out. Thread-safe.
 */
final class Listing {
    private static final int STEP = 500;
    private static final int MOST_DEAD = 1_000;
    /** How often all places are looked at while workers come and go, and jobs move past the reader. */
    private static final int MOST_PASSES = 3;

    private final Client client;

    Listing(Client client) {
        this.client = client;
    }

    Optional<JobInfo> job(String key) throws InterruptedException {
        Names.requireJobKey(key);
        Redis call = client.redis().forOneCall();
        JobRecords records = new JobRecords(call, present(call).keys(), false);
        return records.read(List.of(key)).stream().findFirst();
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

    /** The jobs that died last, the newest first; in steps, for some may be gone by the time their records are read. */
    List<JobInfo> dead(int most) throws InterruptedException {
        Options.require("most", most, 1, MOST_DEAD);
        Redis call = client.redis().forOneCall();
        PoolKeys keys = present(call).keys();
        JobRecords records = new JobRecords(call, keys, true);
        List<JobInfo> dead = new ArrayList<>();
        int width = Math.min(STEP, most);
        for (int from = 0; dead.size() < most; from += width) {
            List<String> step = Replies.list(call.call(Command.repeatable("ZREVRANGE")
                            .key(keys.dead())
                            .arg(from)
                            .arg(from + width - 1)
                            .largeReply()))
                    .stream()
                    .map(Replies::text)
                    .toList();
            if (step.isEmpty()) {
                return dead;
            }
            dead.addAll(records.read(step).stream()
                    .filter(job -> job.state() == JobInfo.State.DEAD)
                    .limit(most - dead.size())
                    .toList());
        }
        return dead;
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
        JobRecords records = new JobRecords(client.redis(), keys, true);
        for (int from = 0; from < wanted.size(); from += STEP) {
            records.read(wanted.subList(from, Math.min(from + STEP, wanted.size())))
                    .forEach(job -> found.put(job.key(), job));
        }
    }

    static @Nullable Object requireReply(@Nullable Object reply) {
        if (reply instanceof PulseException refused) {
            throw refused;
        }
        return reply;
    }
}
