package dev.pulse.examples.tasks;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.Language;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolOptions;
import dev.pulse.stream.Codecs;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs two studios that share the tenants and the thumbnails of their pictures; in a third of the time a tenant comes and one
 * goes, in two thirds a studio closes. Prints each second how far they are, and in the end whether each picture has its
 * thumbnail, though some were dead meanwhile.
 */
public final class TasksExample implements Example {
    static final String POLLERS = "examples:pollers";
    static final String THUMBNAILS = "examples:thumbnails";
    static final String TENANTS = "examples:tenants";
    static final Duration WIND_UP = Duration.ofSeconds(20);
    /** For the last task to be done, also when it is dead at first. */
    private static final Duration COMPLETION = Duration.ofMinutes(1);

    private final String words;
    private final Opening opening;
    private final World world = new World();
    private final CountDownLatch stopped = new CountDownLatch(1);

    @FunctionalInterface
    private interface Opening {
        /** The studio closes the engine, too. */
        Studio open(Pulse pulse, String name, World world) throws Exception;
    }

    private TasksExample(String words, Opening opening) {
        this.words = words;
        this.opening = opening;
    }

    /** With the routes of {@link StudioRoutes}. */
    public static TasksExample inJava() {
        return withCamel(Language.JAVA);
    }

    /** With the routes of {@code studio.yaml}. */
    public static TasksExample inYaml() {
        return withCamel(Language.YAML);
    }

    private static TasksExample withCamel(Language language) {
        return new TasksExample(
                "Routes in " + language, (pulse, name, world) -> new CamelStudio(language, pulse, name, world));
    }

    /** With {@link EngineStudio}. */
    public static TasksExample withoutCamel() {
        return new TasksExample("Without Camel", EngineStudio::new);
    }

    /** What all studios open the pools with. */
    static PoolOptions options() {
        return PoolOptions.builder()
                .settings(shared -> shared.withLease(Duration.ofSeconds(5)))
                .build();
    }

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        say("Two studios make thumbnails of what their tenants' cameras have. %s. Ctrl-C ends it.", words);
        try (Pulse pulse = Pulse.connect(redisUri)) {
            clear(pulse); // what a run that was killed has left
            work(pulse, length, redisUri);
            clear(pulse);
        }
        return summary();
    }

    private static void clear(Pulse pulse) throws InterruptedException {
        try (PoolClient pollers = pulse.pool(POLLERS);
                PoolClient thumbnails = pulse.pool(THUMBNAILS);
                ReplicatedMap<byte[]> tenants = pulse.map(TENANTS, Codecs.bytes())) {
            pollers.shutdown(WIND_UP);
            thumbnails.shutdown(WIND_UP);
            tenants.destroy();
        }
    }

    private void work(Pulse pulse, Duration length, String redisUri) throws Exception {
        long seconds = length.toSeconds();
        try (ReplicatedMap<String> tenants = pulse.map(TENANTS, Codecs.string());
                PoolClient thumbnails = pulse.pool(THUMBNAILS);
                Studio first = studio("studio-1", redisUri)) {
            try (Studio second = studio("studio-2", redisUri)) {
                tenants.set("aurora", "");
                tenants.set("borealis", "");
                watch(0, seconds / 3);
                say("      cumulus is a tenant from now on, and aurora is none any more");
                tenants.set("cumulus", "");
                tenants.delete("aurora");
                watch(seconds / 3, seconds * 2 / 3);
                say("      studio-2 closes");
            }
            watch(seconds * 2 / 3, seconds);
            tenants.reset();
            awaitAllDone(thumbnails);
        }
    }

    private Studio studio(String name, String redisUri) throws Exception {
        return opening.open(Pulse.builder().uri(redisUri).clientName(name).connect(), name, world);
    }

    private void watch(long from, long to) throws InterruptedException {
        Ledger ledger = world.ledger();
        for (long now = from; now < to && stopped.getCount() > 0; now++) {
            say(
                    "%3ds  pictures %3d   thumbnails %3d   failed attempts %3d   pollers: %s",
                    now,
                    ledger.foundCount(),
                    ledger.madeCount(),
                    ledger.failureCount(),
                    new TreeMap<>(ledger.pollers()));
            stopped.await(1, TimeUnit.SECONDS);
        }
    }

    /** No poller is left, and no task, not even a dead one. */
    private void awaitAllDone(PoolClient thumbnails) throws InterruptedException {
        long deadline = System.nanoTime() + COMPLETION.toNanos();
        boolean done = false;
        while (!done && System.nanoTime() - deadline < 0) {
            Thread.sleep(100);
            done = world.ledger().pollers().isEmpty() && thumbnails.jobs().isEmpty();
        }
    }

    private boolean summary() {
        Ledger ledger = world.ledger();
        say(
                "pictures: %d, without a thumbnail: %d, failed attempts: %d, dead and mended: %d",
                ledger.foundCount(), ledger.missingCount(), ledger.failureCount(), ledger.mendedCount());
        say("summaries: %d; told twice, or tenants with two pollers: %d", ledger.summaryCount(), ledger.doubleCount());
        return ledger.foundCount() > 0 && ledger.missingCount() == 0 && ledger.doubleCount() == 0;
    }

    Ledger ledger() {
        return world.ledger();
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
