package dev.pulse.testing;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Gives each test class a Redis and checks after each test that nothing of Pulse is left. Applied by {@link RedisTest}.
 *
 * <p>The Redis is an embedded 7.0; the system property {@code pulse.redis} makes it an embedded 6.2 ({@code 6.2}) or a
 * container of 7.4 ({@code docker}). Nested classes share that of the outermost one. A test may pause, kill and restart
 * it: the next one finds it running.
 *
 * <p>After each test, its {@code @AfterEach} methods included, within 5 s: no connection named {@code pulse/…} is open
 * (not checked on a shared Redis, where others have theirs) and no thread of Pulse lives. Fields with
 * {@code @AutoClose} are closed later, so what they hold counts as left.
 */
public final class RedisExtension
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(RedisExtension.class);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Override
    public void beforeAll(ExtensionContext context) {
        // looks into the outer class's store too; JUnit closes the value after the class that made it
        context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        TestRedis.class,
                        type -> TestRedis.start(
                                AnnotationSupport.findAnnotation(context.getRequiredTestClass(), RedisTest.class)
                                        .orElse(null)),
                        TestRedis.class);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        redis(context).revive();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        TestRedis redis = redis(context);
        List<String> problems = new ArrayList<>();
        if (!redis.shared()) {
            // a dead one has no connections; a paused one cannot say
            redis.revive();
            try (RespClient client = redis.client()) {
                awaitNone("connections", () -> pulseConnections(client), problems);
            }
        }
        awaitNone("threads", Tasks::live, problems);
        if (!problems.isEmpty()) {
            throw new AssertionError("left after the test: " + String.join("; ", problems));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestRedis.class || type == EmbeddedRedis.class || type == Prefix.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == TestRedis.class) {
            return redis(context);
        }
        if (type == EmbeddedRedis.class) {
            return redis(context).embedded();
        }
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException("a Prefix is for test methods, @BeforeEach and @AfterEach");
        }
        return context.getStore(NAMESPACE).getOrComputeIfAbsent(Prefix.class, unused -> Prefix.random(), Prefix.class);
    }

    /** The names of Pulse's open connections. */
    static List<String> pulseConnections(RespClient client) {
        return client.text("CLIENT", "LIST")
                .lines()
                .flatMap(line -> Stream.of(line.split(" ")))
                .filter(field -> field.startsWith("name=pulse/"))
                .map(field -> field.substring("name=".length()))
                .toList();
    }

    /** Waits until nothing is left, or adds to the problems what still is. */
    static void awaitNone(String what, Callable<List<String>> left, List<String> problems) {
        List<String> last = new ArrayList<>();
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(LIMIT)
                    .until(() -> {
                        last.clear();
                        last.addAll(left.call());
                        return last.isEmpty();
                    });
        } catch (ConditionTimeoutException e) {
            problems.add(last.size() + " " + what + " " + last);
        }
    }

    private static TestRedis redis(ExtensionContext context) {
        TestRedis redis = context.getStore(NAMESPACE).get(TestRedis.class, TestRedis.class);
        if (redis == null) {
            throw new IllegalStateException("RedisExtension works on classes: use @RedisTest");
        }
        return redis;
    }
}
