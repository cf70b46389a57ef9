package dev.pulse.stream.internal;

import dev.pulse.CloseResult;

/** What {@link Streams} closes: first all are asked to stop, then each is waited for. */
interface Closing {
    /** Asks it to begin nothing new; returns at once. */
    void stop();

    /** Whether the calling thread runs a handler of it. */
    boolean isCalledFromHandler();

    /** Drains it until the deadline, by {@link System#nanoTime}, then ends it the hard way. Can be repeated. */
    CloseResult close(long deadline);
}
