package dev.pulse.examples;

import dev.pulse.Pulse;

/** The streams of an example, which are ended before it begins and when it is over. */
public final class ExampleStreams {
    private ExampleStreams() {}

    /** Destroys these streams with their dead letters; nothing is left of them but that they were there. */
    public static void clear(Pulse pulse, String... names) throws InterruptedException {
        for (String name : names) {
            pulse.stream(name).destroy();
            pulse.stream(name + ":dead").destroy();
        }
    }
}
