package dev.pulse.faults;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** One run of a fault test: the seed its faults are drawn from, and the figures it leaves for the report. */
public final class Trial {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(12);

    private static volatile @Nullable Trial current;

    private final long seed = seedIsGiven()
            ? Long.getLong("pulse.seed", 0)
            : ThreadLocalRandom.current().nextInt();
    private final Random random = new Random(seed);
    private Findings findings = Findings.NONE;
    private long end;

    private Trial() {}

    /** Tests run one after another: there is one at a time. */
    static void begin() {
        current = new Trial();
    }

    static Trial current() {
        return Objects.requireNonNull(current);
    }

    static boolean seedIsGiven() {
        return !System.getProperty("pulse.seed", "").isEmpty();
    }

    /** How long each drill is repeated; zero for one short trial. */
    public static Duration drillTime() {
        return Duration.ofSeconds(Long.getLong("pulse.faults.seconds", 0));
    }

    long seed() {
        return seed;
    }

    /** The source of all that is drawn; for the thread of the test only. */
    public Random random() {
        return random;
    }

    /** Whether faults are still to be made: for some seconds from the first call on. */
    public boolean goesOn() {
        if (end == 0) {
            end = System.nanoTime() + (drillTime().isZero() ? SHORT : LONG).toNanos();
        }
        return System.nanoTime() < end;
    }

    /** Lets the load go on for a while, drawn from these bounds. */
    public void pause(Duration least, Duration most) throws InterruptedException {
        Thread.sleep(random.nextLong(least.toMillis(), most.toMillis() + 1));
    }

    /** Tells the report, if there is a trial, that it took so long until all worked again. */
    public static void recovered(Duration time) {
        Trial trial = current;
        if (trial != null) {
            trial.add(Findings.recovery(time));
        }
    }

    synchronized void add(Findings found) {
        findings = findings.and(found);
    }

    synchronized Findings findings() {
        return findings;
    }
}
