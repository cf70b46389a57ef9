package dev.pulse.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs as often as the system property {@code pulse.repeat} says; once by default. A new or changed test
 * runs a hundred times before it counts as stable. The time-out of each run is JUnit's default one, 60 s
 * ({@code junit-platform.properties}); {@code @Timeout} sets another.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(RepeatProvider.class)
public @interface PulseTest {}
