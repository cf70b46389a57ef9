package dev.pulse.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or a class of tests, that tries to break promises. All of them run with all other tests; those alone, again and
 * again, and with a report, under the profile {@code faults}. The engine's README names them beside the promises.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Tag("faults")
@ExtendWith(FaultReporter.class)
public @interface Attacks {
    /** What it tries to break. */
    Promise[] value();

    /** What it breaks for that. */
    Fault by() default Fault.NONE;
}
