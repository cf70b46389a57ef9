package dev.pulse.pool.internal;

import dev.pulse.JobFailedException;
import dev.pulse.NoWorkerException;
import dev.pulse.PoolShutDownException;
import dev.pulse.QueueFullException;
import dev.pulse.redis.Redis;
import dev.pulse.wire.Names;
import dev.pulse.wire.Options;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends messages to whichever worker a key belongs to, and waits for their answers. Thread-safe. */
final class Sending {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Client client;

    Sending(Client client) {
        this.client = client;
    }

    byte[] send(String key, byte[] payload, Duration timeout) throws InterruptedException {
        Names.requireJobKey(key);
        client.requirePayload("payload of a message", payload);
        Options.require("timeout", timeout, SHORTEST, LONGEST);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long end = System.nanoTime() + timeout.toNanos();
        // under one id for all tries: the worker knows it again
        MessageScripts.Message message = new MessageScripts.Message(
                key, payload, client.answers().client(), client.answers().newId());
        PoolIncarnation pool = client.present();
        try {
            while (true) {
                Answer answer = attempt(pool, message, end);
                if (answer != null) {
                    return answered(message, answer, timeout);
                }
                pool = client.after(pool, end);
            }
        } catch (InterruptedException e) {
            throw client.interrupted(named(message) + " may have been sent", e);
        }
    }

    private static String named(MessageScripts.Message message) {
        return "the message to key \"" + message.key() + '"';
    }

    /** Null when the incarnation is gone, and it was not sent in it. */
    private @Nullable Answer attempt(PoolIncarnation pool, MessageScripts.Message message, long end)
            throws InterruptedException {
        Wait wait = client.answers().begin(pool, Answers.MESSAGE, message.requestId());
        try {
            return isSent(pool, message, client.redis().until(end))
                    // nobody but its worker knows how far it is
                    ? client.answers().await(wait, redis -> isGone(pool) ? new Answer.PoolGone() : null, true, end)
                    : null;
        } finally {
            client.answers().end(wait, Answers.MESSAGE, message.requestId());
        }
    }

    private boolean isGone(PoolIncarnation pool) {
        return client.life().current() != pool;
    }

    private boolean isSent(PoolIncarnation pool, MessageScripts.Message message, Redis call)
            throws InterruptedException {
        Ring ring = pool.ring();
        while (true) {
            String owner = ring.ownerOf(message.key()).orElse("");
            switch (pool.messages().send(call, ring.version(), owner, message)) {
                case MessageScripts.Sent sent -> {
                    return true;
                }
                case Gone gone -> {
                    return false;
                }
                case RingChanged changed -> ring = Client.learn(pool, changed);
                case MessageScripts.TooMany full ->
                    throw new QueueFullException(
                            client.says(named(message) + " is refused: "
                                    + pool.settings().queueLimit() + " are under way, which is the limit"),
                            null);
                case MessageScripts.Unplaced none ->
                    throw new NoWorkerException(client.says(named(message) + " is refused: there is no worker"), null);
                case Closing closing ->
                    throw new PoolShutDownException(
                            client.says(named(message) + " is refused: the pool is being shut down"), null);
            }
        }
    }

    private byte[] answered(MessageScripts.Message message, Answer answer, Duration timeout) {
        return switch (answer) {
            case Answer.Told told when told.state().equals("done") -> told.text();
            case Answer.Told told ->
                throw new JobFailedException(client.says(named(message) + " failed: " + told.error()), null);
            case Answer.Closed closed ->
                throw client.unknown(named(message) + " was sent: this handle of the pool was closed");
            case Answer.PoolGone gone ->
                throw client.unknown(named(message) + " was sent, and Redis lost the pool's state since");
            case Answer.Late late ->
                throw client.unknown(named(message) + " was sent, and had no answer within " + timeout);
            case Answer.Untraceable gone -> throw client.unknown(named(message) + " was sent, and is gone");
        };
    }
}
