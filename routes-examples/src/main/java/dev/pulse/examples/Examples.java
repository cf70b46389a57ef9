package dev.pulse.examples;

import dev.pulse.examples.flags.FlagsExample;
import dev.pulse.examples.flags.SecondShop;
import dev.pulse.examples.pool.PoolExample;
import dev.pulse.examples.pool.PoolWorker;
import dev.pulse.examples.signup.MailHelper;
import dev.pulse.examples.signup.SignUpExample;
import dev.pulse.examples.tasks.TasksExample;
import dev.pulse.examples.worker.WorkerExample;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts an example by its name. Ctrl-C winds it up. The exit code is 0 when everything it promises held, 1 when not, 2
 * when there is no such example. The Redis is the one at {@code PULSE_REDIS_URI}, else an embedded one.
 */
public final class Examples {
    private static final Map<String, Supplier<Example>> BY_NAME = new TreeMap<>(Map.ofEntries(
            Map.entry("signup", SignUpExample::inJava),
            Map.entry("signup-yaml", SignUpExample::inYaml),
            Map.entry("signup-mailer", MailHelper::new),
            Map.entry("flags", FlagsExample::inJava),
            Map.entry("flags-yaml", FlagsExample::inYaml),
            Map.entry("flags-shop", SecondShop::new),
            Map.entry("pool", PoolExample::inJava),
            Map.entry("pool-yaml", PoolExample::inYaml),
            Map.entry("pool-engine", PoolExample::withoutCamel),
            Map.entry("pool-worker", PoolWorker::inJava),
            Map.entry("pool-worker-yaml", PoolWorker::inYaml),
            Map.entry("pool-worker-engine", PoolWorker::withoutCamel),
            Map.entry("tasks", TasksExample::inJava),
            Map.entry("tasks-yaml", TasksExample::inYaml),
            Map.entry("tasks-engine", TasksExample::withoutCamel),
            Map.entry("worker", WorkerExample::new)));
    private static final Logger LOG = LoggerFactory.getLogger(Examples.class);
    static final long WIND_UP_SECONDS = 30;

    private Examples() {}

    /** Runs the example named by the first argument for as many seconds as the second says, by default 30. */
    public static void main(String[] arguments) {
        String name = arguments.length > 0 ? arguments[0] : "signup";
        Supplier<Example> known = BY_NAME.get(name);
        if (known == null) {
            System.err.println("no example \"" + name + "\"; there are: " + String.join(", ", BY_NAME.keySet()));
            System.exit(2);
            return;
        }
        Duration length = Duration.ofSeconds(arguments.length > 1 ? Long.parseLong(arguments[1]) : 30);
        System.exit(run(known.get(), length) ? 0 : 1);
    }

    private static boolean run(Example example, Duration length) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread onCtrlC = Thread.ofPlatform().unstarted(() -> {
            example.stop();
            try {
                // the JVM halts when this hook returns: not before the summary is printed
                ended.await(WIND_UP_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(onCtrlC);
        try {
            return example.run(length);
        } catch (Exception e) {
            LOG.error("the example failed", e);
            return false;
        } finally {
            ended.countDown();
        }
    }
}
