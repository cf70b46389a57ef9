package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.PoolScript.decimal;
import static dev.pulse.pool.internal.PoolScript.flag;
import static dev.pulse.pool.internal.PoolScript.number;
import static dev.pulse.pool.internal.PoolScript.text;
import static dev.pulse.pool.internal.PoolScript.word;

import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks at a pool as a whole: its workers and its figures. Thread-safe. */
final class Overview {
    private static final Script OVERVIEW = PoolScript.repeatable("overview");

    private final Client client;

    Overview(Client client) {
        this.client = client;
    }

    /** What one look found; the workers by the order of their slots, those that are out of the ring after them. */
    private record Look(PoolKeys keys, List<@Nullable Object> reply, Map<String, Duration> leases, int alive) {}

    List<WorkerInfo> workers() throws InterruptedException {
        Redis call = client.redis().forOneCall();
        Look look = look(call);
        List<WorkerInfo> workers = new ArrayList<>();
        List<Command> commands = new ArrayList<>();
        for (String worker : look.leases().keySet()) {
            commands.add(Command.repeatable("HMGET")
                    .key(look.keys().worker(worker))
                    .arg("node")
                    .arg("at")
                    .arg("leaving"));
            commands.add(Command.repeatable("SCARD").key(look.keys().owned(worker)));
        }
        List<@Nullable Object> replies = all(call, commands);
        int at = 0;
        for (Map.Entry<String, Duration> worker : look.leases().entrySet()) {
            List<@Nullable Object> record = Replies.list(replies.get(at));
            // without a record it has ended since the first look
            if (record.get(0) != null && record.get(1) != null) {
                workers.add(new WorkerInfo(
                        worker.getKey(),
                        text(record, 0),
                        Instant.ofEpochMilli(decimal(record, 1)),
                        worker.getValue(),
                        number(replies, at + 1),
                        record.get(2) != null));
            }
            at += 2;
        }
        return workers;
    }

    PoolFigures figures() throws InterruptedException {
        Redis call = client.redis().forOneCall();
        Look look = look(call);
        List<String> names = List.copyOf(look.leases().keySet());
        List<@Nullable Object> sizes = all(
                call,
                names.stream()
                        .map(worker ->
                                Command.repeatable("SCARD").key(look.keys().owned(worker)))
                        .toList());
        Map<String, Long> owned = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            owned.put(names.get(i), number(sizes, i));
        }
        List<@Nullable Object> reply = look.reply();
        return new PoolFigures(
                look.alive(),
                decimal(reply, 3),
                decimal(reply, 4),
                number(reply, 6),
                number(reply, 7),
                number(reply, 8),
                decimal(reply, 11),
                owned,
                flag(reply, 5));
    }

    private Look look(Redis call) throws InterruptedException {
        PoolIncarnation pool = client.present();
        while (true) {
            PoolKeys keys = pool.keys();
            List<@Nullable Object> reply = Replies.list(call.eval(
                    OVERVIEW,
                    List.of(keys.meta(), keys.leases(), keys.gone(), keys.waiting(), keys.due(), keys.dead()),
                    List.of()));
            if (word(reply).equals("OK")) {
                return look(keys, reply);
            }
            pool = client.life().after(pool, call);
        }
    }

    private static Look look(PoolKeys keys, List<@Nullable Object> reply) {
        Map<String, Duration> alive = times(reply.get(9), number(reply, 1));
        Map<String, Duration> ordered = new LinkedHashMap<>();
        for (String slot : Ring.parse(0, text(reply, 2)).workers()) {
            Duration lease = alive.get(slot);
            if (lease != null) {
                ordered.put(slot, lease);
            }
        }
        alive.forEach(ordered::putIfAbsent);
        times(reply.get(10), number(reply, 1)).forEach(ordered::putIfAbsent);
        return new Look(keys, reply, ordered, alive.size());
    }

    /** From now on until the time that stands beside each name. */
    private static Map<String, Duration> times(@Nullable Object namesAndTimes, long now) {
        List<@Nullable Object> flat = Replies.list(namesAndTimes);
        Map<String, Duration> times = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            times.put(text(flat, i), Duration.ofMillis((long) Double.parseDouble(text(flat, i + 1)) - now));
        }
        return times;
    }

    private static List<@Nullable Object> all(Redis call, List<Command> commands) throws InterruptedException {
        List<@Nullable Object> replies = new ArrayList<>();
        if (!commands.isEmpty()) {
            for (Object reply : call.callAll(commands)) {
                replies.add(Listing.requireReply(reply));
            }
        }
        return replies;
    }
}
