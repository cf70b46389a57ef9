package dev.pulse.faults;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A fault test whose faults are drawn from the seed of its {@link Trial}. One short trial by default, as many as the
 * system property {@code pulse.repeat} says; with {@code pulse.faults.seconds} longer ones until so much time is over;
 * each with a seed of its own. One trial with the seed of {@code pulse.seed}, if that is given: the same faults at the
 * same times, though threads and processes may meet otherwise.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@ExtendWith(DrillProvider.class)
public @interface Drill {}
