package dev.pulse.examples.pool;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.Language;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * A worker process, which a {@link PoolExample} starts, and with which it ends. It can be killed; asked to end, by Ctrl-C or
 * {@code kill}, it hands its jobs over first.
 */
public final class PoolWorker implements Example {
    private final Opening opening;
    private final CountDownLatch stopped = new CountDownLatch(1);

    @FunctionalInterface
    private interface Opening {
        AutoCloseable open(Pulse pulse) throws Exception;
    }

    private PoolWorker(Opening opening) {
        this.opening = opening;
    }

    /** With the routes of {@link WorkerRoutes}. */
    public static PoolWorker inJava() {
        return new PoolWorker(pulse -> new CamelWorker(Language.JAVA, pulse));
    }

    /** With the routes of {@code worker.yaml}. */
    public static PoolWorker inYaml() {
        return new PoolWorker(pulse -> new CamelWorker(Language.YAML, pulse));
    }

    /** With {@link EngineWorker}. */
    public static PoolWorker withoutCamel() {
        return new PoolWorker(EngineWorker::new);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the parent's end
    public boolean run(Duration length) throws Exception {
        ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(this::stop));
        try (Pulse pulse = Pulse.builder()
                        .uri(ExampleRedis.requireGiven())
                        .clientName("worker-" + ProcessHandle.current().pid()) // what the pool knows it by
                        .connect();
                AutoCloseable worker = opening.open(pulse)) {
            stopped.await();
        }
        return true;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
