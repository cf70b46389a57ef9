package dev.pulse.redis;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where scripts are run. */
@FunctionalInterface
public interface ScriptRunner {
    /**
     * Runs a script with its keys and arguments, each a String, {@code byte[]} or Long.
     *
     * @return the reply: null, {@code byte[]}, {@code Long} or a list of these
     * @throws InterruptedException as a command would be interrupted there
     * @throws dev.pulse.PulseException what hinders it
     */
    @Nullable
    Object eval(Script script, List<?> keys, List<?> arguments) throws InterruptedException;
}
