package dev.pulse.faults;

import static dev.pulse.faults.Promise.P10;
import static dev.pulse.faults.Promise.P11;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.pool.Firing;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.TickHandler;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.testing.Node;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Tickers whose owners die, whose Redis goes away or forgets, and whose handlers misbehave. */
@RedisTest
class TickerFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** A due time that is not taken at once leaves a busy machine more than a second until the next. */
    private static final Duration PERIOD = Duration.ofSeconds(2);
    /** In full, which is for a minute, though it takes longer. */
    private static final int DEATHS_A_MINUTE = 200;
    /** How many live at once that are to die. */
    private static final int OWNERS = 2;

    private static final TickerOptions OFTEN = TickerOptions.every(Duration.ofMillis(200));

    private final Queue<Firing> firings = new ConcurrentLinkedQueue<>();

    private static PoolNode open(Pulse pulse, String name) throws InterruptedException {
        return pulse.joinPool(
                name,
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(Duration.ofSeconds(2)))
                        .build());
    }

    private void awaitMore() {
        int before = firings.size();
        await().atMost(LONG).until(() -> firings.size() > before + 2);
    }

    private List<Instant> due() {
        return firings.stream().map(Firing::due).sorted().toList();
    }

    /** The number of due times from the first firing to the last. */
    private long periods() {
        List<Instant> due = due();
        return Duration.between(due.getFirst(), due.getLast()).dividedBy(PERIOD) + 1;
    }

    /**
     * The pool has the lease of everyday, so whoever died is counted on for some periods more, and several of them stand before the one
     * that lives. Yet each costs its own firing alone: no other due time passes before somebody takes it.
     */
    @Drill
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @Attacks(value = P10, by = Fault.F20)
    void anOwnerThatDiesWhenItIsToFireCostsThatFiringAndNoOther(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        String name = prefix.name("p");
        long deaths = Trial.drillTime().isZero()
                ? 3
                : DEATHS_A_MINUTE * Trial.drillTime().toSeconds() / 60;
        long missed = 0;
        try (Pulse pulse = Pulse.connect(redis.uri())) {
            Ticker steady = pulse.joinPool(name).ticker("t", TickerOptions.every(PERIOD), firings::add);
            awaitMore();
            List<Node> owners = new ArrayList<>();
            for (long started = 0; started < deaths || !owners.isEmpty(); ) {
                for (; started < deaths && owners.size() < OWNERS; started++) {
                    owners.add(Node.start(TickerProcess.class, redis.uri(), name, Long.toString(PERIOD.toMillis())));
                }
                await().atMost(LONG).until(() -> !owners.stream().allMatch(Node::isAlive));
                for (Node dead :
                        owners.stream().filter(owner -> !owner.isAlive()).toList()) {
                    owners.remove(dead);
                    // waits until all that it printed was read
                    dead.kill();
                    missed += Long.parseLong(dead.history().getFirst());
                }
            }
            awaitMore();
            steady.close();
        }
        trial.add(Findings.events(firings.size()));
        missed += firings.stream().mapToLong(Firing::missed).sum();
        assertThat(due()).doesNotHaveDuplicates();
        assertThat(missed).as("due times that nobody took before the next").isZero();
        assertThat(periods() - firings.size())
                .as("due times that were not fired, %d owners died", deaths)
                .isEqualTo(deaths);
    }

    @Drill
    @Attacks(
            value = {P10, P11},
            by = Fault.F03)
    void itGoesOnAfterARestartOfRedisAndFiresNothingTwice(Trial trial, Prefix prefix) throws InterruptedException {
        try (EmbeddedRedis redis = EmbeddedRedis.start(EmbeddedRedisOptions.builder()
                        .appendOnly(AppendOnly.ALWAYS)
                        .build());
                Pulse one = Pulse.connect(redis.uri());
                Pulse two = Pulse.connect(redis.uri())) {
            open(one, prefix.name("p")).ticker("t", OFTEN, firings::add);
            open(two, prefix.name("p")).ticker("t", OFTEN, firings::add);
            awaitMore();
            while (trial.goesOn()) {
                if (trial.random().nextBoolean()) {
                    redis.kill();
                    trial.pause(Duration.ZERO, Duration.ofSeconds(1));
                }
                redis.restart();
                awaitMore();
            }
        }
        trial.add(Findings.events(firings.size()));
        assertThat(due()).doesNotHaveDuplicates();
    }

    @Drill
    @Attacks(
            value = {P10, P11},
            by = Fault.F04)
    void itsListenersMakeItAnewWhenRedisLosesIt(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Pulse one = Pulse.connect(redis.uri());
                Pulse two = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            Ticker first = open(one, prefix.name("p")).ticker("t", OFTEN, firings::add);
            Ticker second = open(two, prefix.name("p")).ticker("t", OFTEN, firings::add);
            while (trial.goesOn()) {
                awaitMore();
                raw.call("FLUSHALL");
                awaitMore();
            }
            assertThat(List.of(first.options(), second.options())).containsOnly(OFTEN);
        }
        trial.add(Findings.events(firings.size()));
    }

    @Drill
    @Attacks(
            value = {P10, P11},
            by = Fault.F14)
    void aHandlerThatMisbehavesStopsNoTicker(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Pulse one = Pulse.connect(redis.uri());
                Pulse two = Pulse.connect(redis.uri())) {
            open(one, prefix.name("p")).ticker("t", OFTEN, wild(trial.random().nextLong()));
            open(two, prefix.name("p")).ticker("t", OFTEN, wild(trial.random().nextLong()));
            while (trial.goesOn()) {
                awaitMore();
            }
        }
        trial.add(Findings.events(firings.size()));
        assertThat(due()).doesNotHaveDuplicates();
    }

    private TickHandler wild(long seed) {
        Random random = new Random(seed);
        return firing -> {
            firings.add(firing);
            switch (random.nextInt(6)) {
                case 0 -> throw new IllegalStateException("thrown as ordered");
                case 1 -> throw new AssertionError("an error as ordered");
                case 2 -> recurse(0);
                case 3 -> throw new InterruptedException("as ordered");
                case 4 -> Thread.currentThread().interrupt();
                default -> Thread.sleep(random.nextInt(500));
            }
        };
    }

    private static int recurse(int depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1;
    }
}
