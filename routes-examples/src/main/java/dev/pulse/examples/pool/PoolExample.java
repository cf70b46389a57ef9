package dev.pulse.examples.pool;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.ExampleStreams;
import dev.pulse.examples.Language;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolOptions;
import dev.pulse.stream.Codecs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Runs a website here and workers in processes of their own, kills one of them unless somebody else does, and prints where
 * the jobs are and what moves; in the end, whether all who signed up got their mails, each once and in turn.
 */
public final class PoolExample implements Example {
    static final String POOL = "examples:mails";
    static final String FLAGS = "examples:flags";
    static final String SIGN_UPS = "examples:sign-ups";
    static final String MAILS = "examples:mails";
    static final Duration WIND_UP = Duration.ofSeconds(25);
    /** After the death of a worker, long enough to see its jobs in the other. */
    private static final Duration ALONE = Duration.ofSeconds(10);
    /** For the last series to be complete, also when their workers have just been killed. */
    private static final Duration COMPLETION = Duration.ofMinutes(1);

    private final String words;
    private final String worker;
    private final Opening opening;
    private final Ledger ledger = new Ledger();
    private final Pace pace = new Pace();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile List<Long> workers = List.of();
    private volatile long moved;
    private volatile int ended;

    @FunctionalInterface
    private interface Opening {
        Website open(Pulse pulse, Ledger ledger, Pace pace) throws Exception;
    }

    private PoolExample(String words, String worker, Opening opening) {
        this.words = words;
        this.worker = worker;
        this.opening = opening;
    }

    /** With the routes of {@link WebsiteRoutes} and {@link WorkerRoutes}. */
    public static PoolExample inJava() {
        return withCamel(Language.JAVA, "pool-worker");
    }

    /** With the routes of {@code website.yaml} and {@code worker.yaml}. */
    public static PoolExample inYaml() {
        return withCamel(Language.YAML, "pool-worker-yaml");
    }

    private static PoolExample withCamel(Language language, String worker) {
        return new PoolExample(
                "Routes in " + language,
                worker,
                (pulse, ledger, pace) -> new CamelWebsite(language, pulse, ledger, pace));
    }

    /** With {@link EngineWebsite} and {@link EngineWorker}. */
    public static PoolExample withoutCamel() {
        return new PoolExample("Without Camel", "pool-worker-engine", EngineWebsite::new);
    }

    /** What all processes open the pool with: what a killed worker had goes on elsewhere after 5 s, and not after 30 s. */
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
        say(
                "Who signs up gets %d mails: a job, which one of two worker processes has. %s. Ctrl-C ends it.",
                Series.LENGTH, words);
        try (Pulse pulse = Pulse.connect(redisUri)) {
            clear(pulse); // what a run that was killed has left
            work(pulse, length, redisUri);
            clear(pulse);
        }
        return summary();
    }

    private static void clear(Pulse pulse) throws InterruptedException {
        try (PoolClient pool = pulse.pool(POOL, PoolOptions.defaults());
                ReplicatedMap<byte[]> flags = pulse.map(FLAGS, Codecs.bytes())) {
            pool.shutdown(WIND_UP);
            flags.destroy();
        }
        ExampleStreams.clear(pulse, SIGN_UPS, MAILS);
    }

    private void work(Pulse pulse, Duration length, String redisUri) throws Exception {
        try (Website website = opening.open(pulse, ledger, pace);
                PoolClient pool = pulse.pool(POOL, options());
                Crew crew = new Crew(worker, redisUri)) {
            Board board = new Board(pool);
            crew.fill();
            watch(length, board, crew);
            website.closeDoors();
            awaitAllDone(board, crew);
        }
    }

    private void watch(Duration length, Board board, Crew crew) throws InterruptedException, IOException {
        for (long second = 0; second < length.toSeconds(); second++) {
            look(board, crew, ALONE);
            say(
                    "%3ds  signed up %3d   mails %4d, of each job one in %s ms   jobs: %s",
                    second, ledger.signUpCount(), ledger.mailCount(), pace.current(), board.places());
            if (stopped.await(1, TimeUnit.SECONDS)) {
                return;
            }
            if (second >= length.toSeconds() / 3 && board.places().size() > 1) {
                crew.killOneUnlessSomeEnded();
            }
        }
    }

    private void look(Board board, Crew crew, Duration alone) throws InterruptedException, IOException {
        crew.look(alone);
        try {
            board.look();
        } catch (PulseException e) {
            say("      nobody knows where the jobs are: %s", e.getMessage());
        }
        workers = crew.pids();
        moved = board.movedCount();
        ended = crew.endedCount();
    }

    /** Ctrl-C has ended the workers too: others finish what they had, and nobody has to watch any more. */
    private void awaitAllDone(Board board, Crew crew) throws InterruptedException, IOException {
        long deadline = System.nanoTime() + COMPLETION.toNanos();
        while (ledger.lostCount() > 0 && System.nanoTime() - deadline < 0) {
            look(board, crew, Duration.ZERO);
            Thread.sleep(100);
        }
    }

    private boolean summary() {
        say("workers that ended before the end: %d, jobs that moved: %d", ended, moved);
        say(
                "signed up: %d, mails: %d of %d, twice or out of turn: %d, by a worker that had lost the job: %d, lost jobs: %d",
                ledger.signUpCount(),
                ledger.mailCount(),
                ledger.signUpCount() * Series.LENGTH,
                ledger.outOfTurnCount(),
                ledger.staleCount(),
                ledger.lostCount());
        return ledger.signUpCount() > 0
                && ledger.outOfTurnCount() == 0
                && ledger.staleCount() == 0
                && ledger.lostCount() == 0;
    }

    Ledger ledger() {
        return ledger;
    }

    List<Long> workers() {
        return workers;
    }

    long moved() {
        return moved;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
