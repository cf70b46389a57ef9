package dev.pulse.examples;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the person in front of an example reads. */
public final class Console {
    private Console() {}

    /** Prints one line, formatted as by {@link String#format}. */
    public static void say(String format, @Nullable Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }
}
