package dev.pulse.pool.internal;

import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.internal.timed.PoolSide;
import dev.pulse.redis.Redis;
import dev.pulse.wire.Names;
import org.jspecify.annotations.Nullable;

/**
 * Stops jobs: has the wish written down, and waits until the owner says that nothing runs any more. Asking whether it is over
 * is asking for it again, so a wish that Redis lost is renewed. Thread-safe.
 */
final class Stopping {
    private final Client client;

    Stopping(Client client) {
        this.client = client;
    }

    /**
     * Stops the job of a key.
     *
     * @param onlyId the dispatch that it must be of; empty for any
     * @param end by {@link System#nanoTime}
     * @return whether there was such a job
     */
    boolean stop(String key, String onlyId, long end) throws InterruptedException {
        return stop(key, onlyId, null, end);
    }

    /**
     * The same for the sake of a plan: only a job that its schedule has started.
     *
     * @throws PoolSide.SupersededException when that is not the present plan any more
     */
    boolean stop(String key, PoolSide.By by, long end) throws InterruptedException {
        return stop(key, "", by, end);
    }

    private boolean stop(String key, String onlyId, PoolSide.@Nullable By by, long end) throws InterruptedException {
        Names.requireJobKey(key);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Wish wish = new Wish(key, onlyId, by);
        try {
            while (true) {
                Answer answer = wish.attempt(end);
                switch (answer) {
                    case Answer.Told told -> {
                        return true;
                    }
                    case Answer.Untraceable gone -> {
                        // there was one if it was asked to stop before
                        return wish.recorded;
                    }
                    case Answer.PoolGone gone -> wish.pool = client.after(wish.pool, end);
                    case Answer.Late late -> throw wish.late();
                    case Answer.Closed closed ->
                        throw client.unknown(wish.named() + " was asked for: this handle of the pool was closed");
                }
            }
        } catch (InterruptedException e) {
            throw client.interrupted(wish.named() + " may have been asked for", e);
        }
    }

    /** One wish, however often it is said. */
    private final class Wish implements Answers.Question {
        private final String key;
        private final PoolSide.@Nullable By by;
        private final String request = client.answers().newId();
        private PoolIncarnation pool = client.present();
        private String onlyId;
        private boolean recorded;
        private boolean recovering;

        Wish(String key, String onlyId, PoolSide.@Nullable By by) {
            this.key = key;
            this.onlyId = onlyId;
            this.by = by;
        }

        Answer attempt(long end) throws InterruptedException {
            Wait wait = client.answers().begin(pool, Answers.STOP, request);
            try {
                Answer answer = ask(client.redis().until(end));
                if (answer instanceof Answer.Untraceable) {
                    // where a reply was lost, and it was asked again, it may be this that ended it
                    answer = client.answers().lookForReply(wait);
                }
                return answer != null ? answer : client.answers().await(wait, this, !recovering, end);
            } finally {
                client.answers().end(wait, Answers.STOP, request);
            }
        }

        @Override
        public @Nullable Answer ask(Redis redis) throws InterruptedException {
            String owner = pool.ring().ownerOf(key).orElse("");
            String id = onlyId;
            String dispatcher = "";
            while (true) {
                switch (pool.reach()
                        .stop(
                                redis,
                                new ReachScripts.StopRequest(
                                        key,
                                        owner,
                                        id,
                                        dispatcher,
                                        client.answers().client(),
                                        request,
                                        onlyId,
                                        "",
                                        by))) {
                    case ReachScripts.StoppedAtOnce stopped -> {
                        return Answer.Told.of("stopped", 0, "");
                    }
                    case ReachScripts.Wished wished -> {
                        recorded = true;
                        recovering = false;
                        // a job of the key that comes after it is none of our business
                        onlyId = wished.id();
                        return null;
                    }
                    case ReachScripts.Elsewhere elsewhere -> {
                        owner = elsewhere.owner();
                        id = elsewhere.id();
                        dispatcher = elsewhere.dispatcher();
                    }
                    case ReachScripts.NotYours other -> {
                        return new Answer.Untraceable();
                    }
                    case JobScripts.Superseded superseded -> throw new PoolSide.SupersededException();
                    case JobScripts.Unknown none -> {
                        return new Answer.Untraceable();
                    }
                    case JobScripts.Recovering now -> {
                        recovering = true;
                        return null;
                    }
                    case Gone gone -> {
                        return new Answer.PoolGone();
                    }
                }
            }
        }

        String named() {
            return "the stop of job \"" + key + '"';
        }

        RuntimeException late() {
            return recorded
                    ? client.unknown(named() + " was asked for, and goes on: the job had not ended in time")
                    : new RedisUnavailableException(
                            client.says(
                                    named() + " could not be asked for: workers still say what they run, after Redis"
                                            + " lost the pool's state"),
                            null);
        }
    }
}
