package dev.pulse.pool.internal;

import dev.pulse.RedisReplyException;
import dev.pulse.pool.Outcome;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.Names;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What became of dispatches, and those that are to become nothing. Thread-safe. */
final class Outcomes {
    private final Client client;

    Outcomes(Client client) {
        this.client = client;
    }

    Optional<Outcome> of(String id) throws InterruptedException {
        Names.requireDispatchId(id);
        Redis call = client.redis().forOneCall();
        List<@Nullable Object> fields = Replies.list(call.call(Command.repeatable("HMGET")
                .key(client.present().keys().outcome(id))
                .arg("k")
                .arg("st")
                .arg("t")
                .arg("e")
                .arg("res")
                .arg("n")));
        if (fields.get(0) == null || fields.get(1) == null) {
            return Optional.empty();
        }
        String state = text(fields.get(1));
        long token = fields.get(2) == null ? 0 : Long.parseLong(text(fields.get(2)));
        byte[] result = fields.get(4) == null ? new byte[0] : Replies.bytes(fields.get(4));
        boolean begun = fields.get(5) != null && !text(fields.get(5)).equals("0");
        return Optional.of(outcome(
                text(fields.get(0)), id, new JobScripts.Outcome(state, token, text(fields.get(3)), result, begun)));
    }

    private static String text(@Nullable Object field) {
        return field == null ? "" : Replies.text(field);
    }

    /** What is known of a dispatch, for users. */
    static Outcome outcome(String key, String id, JobScripts.Outcome known) {
        Outcome.State state = state(known.state());
        return new Outcome(
                key,
                id,
                state,
                known.token(),
                known.error().isEmpty() ? Optional.empty() : Optional.of(known.error()),
                state == Outcome.State.DONE ? Optional.of(known.result()) : Optional.empty());
    }

    private static Outcome.State state(String name) {
        return Arrays.stream(Outcome.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new RedisReplyException("STATE", "no state of a dispatch: " + name, null));
    }

    Outcome withdraw(String key, String id) throws InterruptedException {
        Names.requireJobKey(key);
        Names.requireDispatchId(id);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        try {
            return withdraw(key, id, client.present(), client.redis().forOneCall());
        } catch (InterruptedException e) {
            throw client.interrupted("dispatch \"" + id + "\" may have been withdrawn", e);
        }
    }

    private Outcome withdraw(String key, String id, PoolIncarnation first, Redis call) throws InterruptedException {
        PoolIncarnation pool = first;
        while (true) {
            switch (pool.jobs().withdraw(call, key, id)) {
                case JobScripts.Withdrawn withdrawn -> {
                    return outcome(key, id, new JobScripts.Outcome("withdrawn", 0, "", false));
                }
                case JobScripts.Record record -> {
                    return outcome(key, id, DispatchQuestion.outcome(record));
                }
                case JobScripts.Outcome outcome -> {
                    return outcome(key, id, outcome);
                }
                case JobScripts.Recovering recovering -> client.awaitRecovery(call);
                case Gone gone -> pool = client.life().after(pool, call);
            }
        }
    }
}
