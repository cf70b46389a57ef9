package dev.pulse.examples;

import java.time.Duration;

/** A program that shows something, ends by itself, and can be asked to end early. */
public interface Example {
    /**
     * Runs it to its end.
     *
     * @param length for how long it works before it winds up
     * @return whether everything it promises held
     */
    boolean run(Duration length) throws Exception;

    /** Has {@link #run} wind up now. Called from another thread. */
    void stop();
}
