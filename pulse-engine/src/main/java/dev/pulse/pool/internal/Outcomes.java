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
                .arg("e")));
        if (fields.get(0) == null || fields.get(1) == null) {
            return Optional.empty();
        }
        return Optional.of(new Outcome(
                Replies.text(fields.get(0)),
                id,
                state(Replies.text(fields.get(1))),
                fields.get(2) == null ? 0 : Long.parseLong(Replies.text(fields.get(2))),
                error(fields.get(3) == null ? "" : Replies.text(fields.get(3))),
                Optional.empty()));
    }

    private static Outcome.State state(String name) {
        return Arrays.stream(Outcome.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new RedisReplyException("STATE", "no state of a dispatch: " + name, null));
    }

    private static Optional<String> error(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
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
                    return new Outcome(key, id, Outcome.State.WITHDRAWN, 0, Optional.empty(), Optional.empty());
                }
                case JobScripts.Record record -> {
                    return new Outcome(
                            key,
                            id,
                            state(DispatchQuestion.state(record)),
                            record.token(),
                            error(record.error()),
                            Optional.empty());
                }
                case JobScripts.Outcome outcome -> {
                    return new Outcome(
                            key, id, state(outcome.state()), outcome.token(), error(outcome.text()), Optional.empty());
                }
                case JobScripts.Recovering recovering -> client.awaitRecovery(call);
                case Gone gone -> pool = client.life().after(pool, call);
            }
        }
    }
}
