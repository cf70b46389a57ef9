package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import java.time.Duration;
import java.util.Objects;

/** How a call of a {@link TaskHandler} ended that did not throw. */
public sealed interface TaskResult {
    /** The longest result, in bytes. */
    int MOST_BYTES = 64 * 1024;

    /**
     * The task is done.
     *
     * @param value what {@link PoolClient#dispatchAndWait} returns, and {@link PoolClient#outcome} for a while: 0 to
     *     {@value #MOST_BYTES} bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Done(byte[] value) implements TaskResult {
        /** Throws {@link IllegalArgumentException} when it is too long. */
        public Done {
            Objects.requireNonNull(value, "value");
            if (value.length > MOST_BYTES) {
                throw new IllegalArgumentException(
                        "a result has " + MOST_BYTES + " bytes at most, this has " + value.length);
            }
        }
    }

    /**
     * It is to run again, without a failure: the attempt is not counted.
     *
     * @param delay after which it is run, 0 to 365 days
     */
    record Again(Duration delay) implements TaskResult {
        /** Throws {@link IllegalArgumentException} when it is out of its range. */
        public Again {
            require("delay", delay, Duration.ZERO, Duration.ofDays(365));
        }
    }

    /**
     * It can never be done: it is dead at once, whatever attempts it has left.
     *
     * @param cause what is told of it
     */
    record Dead(String cause) implements TaskResult {
        public Dead {
            Objects.requireNonNull(cause, "cause");
        }
    }

    /** Done, with nothing to tell. */
    static TaskResult done() {
        return done(new byte[0]);
    }

    /** Done, with this result. */
    static TaskResult done(byte[] value) {
        return new Done(value);
    }

    /** To be run again after this delay. */
    static TaskResult again(Duration delay) {
        return new Again(delay);
    }

    /** Never to be done. */
    static TaskResult dead(String cause) {
        return new Dead(cause);
    }
}
