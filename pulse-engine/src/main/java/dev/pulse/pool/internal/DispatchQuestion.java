package dev.pulse.pool.internal;

import dev.pulse.redis.Redis;
import org.jspecify.annotations.Nullable;

/** Asks what has become of a dispatch that was accepted, and remembers what it heard last. For one thread. */
final class DispatchQuestion implements Answers.Question {
    private final PoolIncarnation pool;
    private final JobScripts.Request job;
    private String lastKnown = "accepted";

    DispatchQuestion(PoolIncarnation pool, JobScripts.Request job) {
        this.pool = pool;
        this.job = job;
    }

    /** Where it was when it was last asked for, in words. */
    String lastKnown() {
        return lastKnown;
    }

    @Override
    public @Nullable Answer ask(Redis redis) throws InterruptedException {
        return switch (pool.jobs().ask(redis, job.key(), job.id())) {
            case JobScripts.Record record -> {
                lastKnown = record.owner().isEmpty() ? record.state() : record.state() + " to " + record.owner();
                yield answer(state(record), record.token(), record.error());
            }
            case JobScripts.Outcome outcome -> {
                lastKnown = outcome.state();
                yield answer(outcome.state(), outcome.token(), outcome.text());
            }
            case JobScripts.Unknown unknown -> new Answer.Untraceable();
            case JobScripts.Recovering recovering -> null;
            case Gone gone -> new Answer.PoolGone();
        };
    }

    private static @Nullable Answer answer(String state, long token, String text) {
        return state.equals("pending") ? null : Answer.Told.of(state, token, text);
    }

    /** As an outcome has it. */
    static String state(JobScripts.Record record) {
        if (record.state().equals("dead")) {
            return "dead";
        }
        // one that was started may be on its way to another worker
        return record.state().equals("running") || record.starts() > 0 ? "started" : "pending";
    }
}
