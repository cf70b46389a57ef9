package dev.pulse.pool.internal;

import java.nio.charset.StandardCharsets;

/** What became of something that a call waits for. */
sealed interface Answer {
    /**
     * It came to this.
     *
     * @param state of a dispatch or a stop one of those that outcomes have, and {@code exists} when a job of another
     *     dispatch was there; of a message {@code done} or {@code failed}
     * @param token of the job, or 0
     * @param text the error, the result of a task, or the answer to a message
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Told(String state, long token, byte[] text) implements Answer {
        static Told of(String state, long token, String text) {
            return new Told(state, token, text.getBytes(StandardCharsets.UTF_8));
        }

        static Told of(JobScripts.Outcome outcome) {
            return outcome.state().equals("done")
                    ? new Told("done", outcome.token(), outcome.result())
                    : of(outcome.state(), outcome.token(), outcome.error());
        }

        JobScripts.Outcome outcome() {
            return state.equals("done")
                    ? new JobScripts.Outcome(state, token, "", text, true)
                    : new JobScripts.Outcome(state, token, error(), isBegin());
        }

        /** Whether it has begun, and not ended. */
        boolean isBegin() {
            return state.equals("started");
        }

        String error() {
            return new String(text, StandardCharsets.UTF_8);
        }
    }

    /** Redis knows nothing of it: it has ended, and left no trace. */
    record Untraceable() implements Answer {}

    /** The incarnation of the pool that it was in is gone. */
    record PoolGone() implements Answer {}

    /** The time to wait was over. */
    record Late() implements Answer {}

    /** This handle of the pool was closed. */
    record Closed() implements Answer {}
}
