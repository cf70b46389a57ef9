package dev.pulse.testing;

import dev.pulse.embedded.AppendOnly;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class with a fresh Redis of its own, as {@link RedisExtension} describes.
 *
 * <p>Methods can take a {@link TestRedis}, an {@link dev.pulse.embedded.EmbeddedRedis} and a {@link Prefix}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(RedisExtension.class)
public @interface RedisTest {
    /**
     * Whether the class only uses names that begin with its {@link Prefix}, and neither restarts nor configures Redis:
     * then the Redis of the environment variable {@code PULSE_REDIS_URI} serves it, if there is one.
     */
    boolean shared() default false;

    /** What outlives a restart or a kill of the embedded Redis. */
    AppendOnly appendOnly() default AppendOnly.NONE;

    /** More arguments for the embedded server. */
    String[] arguments() default {};
}
