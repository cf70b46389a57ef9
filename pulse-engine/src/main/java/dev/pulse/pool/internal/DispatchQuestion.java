package dev.pulse.pool.internal;

import dev.pulse.redis.Redis;
import org.jspecify.annotations.Nullable;

/** Asks what has become of a dispatch that was accepted, and remembers what it heard last. For one thread. */
final class DispatchQuestion implements Answers.Question {
    private final PoolIncarnation pool;
    private final JobScripts.Request job;
    private String lastKnown = "accepted";
    private boolean begun;

    DispatchQuestion(PoolIncarnation pool, JobScripts.Request job) {
        this.pool = pool;
        this.job = job;
    }

    /** Where it was when it was last asked for, in words. */
    String lastKnown() {
        return lastKnown;
    }

    /** Whether it was heard of that it has begun. */
    boolean hasBegun() {
        return begun;
    }

    @Override
    public @Nullable Answer ask(Redis redis) throws InterruptedException {
        return switch (pool.jobs().ask(redis, job.key(), job.id())) {
            case JobScripts.Record record -> {
                Answer answer = answer(outcome(record));
                lastKnown = where(record);
                yield answer;
            }
            case JobScripts.Outcome outcome -> answer(outcome);
            case JobScripts.Unknown unknown -> new Answer.Untraceable();
            case JobScripts.Recovering recovering -> null;
            case Gone gone -> new Answer.PoolGone();
        };
    }

    private static String where(JobScripts.Record record) {
        if (record.owner().isEmpty()) {
            return record.state();
        }
        return record.state() + (record.state().equals("running") ? " on " : " to ") + record.owner();
    }

    /** What this says of it; null when that is still to come. */
    Answer.@Nullable Told answer(JobScripts.Outcome outcome) {
        lastKnown = outcome.state();
        begun |= outcome.begun();
        if (outcome.begun() && !job.untilEnd()) {
            // how it ended since is nothing to who waits for its begin
            return Answer.Told.of("started", outcome.token(), "");
        }
        Answer.Told told = Answer.Told.of(outcome);
        return outcome.isPending() || (job.untilEnd() && told.isBegin()) ? null : told;
    }

    /** The same of a job that is there. */
    static JobScripts.Outcome outcome(JobScripts.Record record) {
        return new JobScripts.Outcome(state(record), record.token(), record.error(), hasBegun(record));
    }

    private static String state(JobScripts.Record record) {
        if (record.state().equals("dead")) {
            return "dead";
        }
        // one that was started may be on its way to another worker
        return hasBegun(record) ? "started" : "pending";
    }

    private static boolean hasBegun(JobScripts.Record record) {
        return record.starts() > 0;
    }
}
