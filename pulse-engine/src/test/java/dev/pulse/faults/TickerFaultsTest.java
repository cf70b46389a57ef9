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
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Tickers whose owners die, whose Redis goes away or forgets, and whose handlers misbehave. */
@RedisTest
class TickerFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration PERIOD = Duration.ofSeconds(1);
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

    @Drill
    @Attacks(value = P10, by = Fault.F20)
    void anOwnerThatDiesWhenItIsToFireCostsThatFiringAndNoOther(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        String name = prefix.name("p");
        long deaths = 0;
        long missed = 0;
        try (Pulse pulse = Pulse.connect(redis.uri())) {
            Ticker steady = open(pulse, name).ticker("t", TickerOptions.every(PERIOD), firings::add);
            awaitMore();
            while (trial.goesOn()) {
                Node owner = Node.start(TickerProcess.class, redis.uri(), name, Long.toString(PERIOD.toMillis()));
                await().atMost(LONG).until(() -> !owner.isAlive());
                // waits until all that it printed was read
                owner.kill();
                missed += Long.parseLong(owner.history().getFirst());
                deaths++;
            }
            awaitMore();
            steady.close();
        }
        trial.add(Findings.events(firings.size()));
        assertThat(due()).doesNotHaveDuplicates();
        missed += firings.stream().skip(1).mapToLong(Firing::missed).sum();
        assertThat(periods() - firings.size() - missed)
                .as("due times of which nobody told, %d owners died", deaths)
                .isEqualTo(deaths);
        assertThat(PERIOD.multipliedBy(missed))
                .as("the next in turn was too late for")
                .isLessThanOrEqualTo(Checker.BUSY);
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
