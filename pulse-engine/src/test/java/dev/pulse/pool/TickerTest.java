package dev.pulse.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.PoolShutDownException;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Promise;
import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tickers from end to end. */
@RedisTest(shared = true)
class TickerTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration PERIOD = Duration.ofMillis(200);
    private static final TickerOptions OFTEN = TickerOptions.every(PERIOD);

    private final Queue<Firing> firings = new ConcurrentLinkedQueue<>();
    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Pulse one;
    private Pulse two;
    private String name;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) {
        name = prefix.name("p");
        one = Pulse.builder().uri(redis.uri()).listener(events::add).connect();
        two = Pulse.connect(redis.uri());
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        assertEachIsNewer();
    }

    /** Each due time at most once, with tokens that grow with it. */
    private void assertEachIsNewer() {
        List<Firing> byToken = firings.stream()
                .sorted((a, b) -> Long.compare(a.fencingToken(), b.fencingToken()))
                .toList();
        for (int i = 1; i < byToken.size(); i++) {
            assertThat(byToken.get(i).due()).isAfter(byToken.get(i - 1).due());
        }
    }

    private void awaitFirings(int count) {
        await().atMost(LONG).until(() -> firings.size() >= count);
    }

    @PulseTest
    @Attacks(Promise.P10)
    void itFiresOncePerPeriodOnANodeWithoutWorkers() throws InterruptedException {
        Ticker ticker = one.joinPool(name).ticker("t", OFTEN, firings::add);
        Instant next = ticker.next().orElseThrow();
        awaitFirings(5);
        ticker.close();
        List<Firing> all = List.copyOf(firings);
        Instant first =
                all.getFirst().due().minus(PERIOD.multipliedBy(all.getFirst().missed()));
        // on a busy machine some may be past when it is asked
        assertThat(next).isAfterOrEqualTo(first);
        assertThat(Duration.between(first, next).toMillis() % PERIOD.toMillis()).isZero();
        assertThat(all.getFirst().ticker()).isEqualTo("t");
        long missed = 0;
        for (Firing firing : all) {
            missed += firing.missed();
            assertThat(firing.lateness()).isGreaterThanOrEqualTo(Duration.ZERO);
            assertThat(firing.fencingToken()).isPositive();
        }
        // whatever the machine was busy with: due times are a period apart, and each was fired or missed
        assertThat(Duration.between(first, all.getLast().due()).toMillis())
                .isEqualTo((all.size() - 1 + missed) * PERIOD.toMillis());
        assertThat(ticker.figures()).isEqualTo(new TickerFigures(all.size(), 0, missed, false));
    }

    @PulseTest
    @Attacks(Promise.P10)
    void eachDueTimeIsFiredOnOneOfAllThatListenAndTheyTakeTurns() throws InterruptedException {
        AtomicInteger onOne = new AtomicInteger();
        AtomicInteger onTwo = new AtomicInteger();
        one.joinPool(name).ticker("t", OFTEN, firing -> {
            firings.add(firing);
            onOne.incrementAndGet();
        });
        two.joinPool(name).ticker("t", OFTEN, firing -> {
            firings.add(firing);
            onTwo.incrementAndGet();
        });
        await().atMost(LONG).until(() -> onOne.get() > 1 && onTwo.get() > 1);
    }

    @PulseTest
    void aHandlerThatThrowsIsCountedAndFiresAgain() throws InterruptedException {
        Ticker ticker = one.joinPool(name).ticker("t", OFTEN, firing -> {
            firings.add(firing);
            if (firings.size() == 1) {
                throw new IllegalStateException("thrown as ordered");
            }
            throw new StackOverflowError();
        });
        awaitFirings(3);
        await().atMost(LONG).until(() -> ticker.figures().failed() >= 3);
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(events)
                        .filteredOn(PulseEvent.TickFailed.class::isInstance)
                        .first()
                        .isEqualTo(new PulseEvent.TickFailed(
                                name,
                                "t",
                                firings.peek().due().toEpochMilli(),
                                "java.lang.IllegalStateException: thrown as ordered")));
    }

    @PulseTest
    void firingsDoNotPileUpBehindASlowHandler() throws InterruptedException {
        AtomicInteger running = new AtomicInteger();
        one.joinPool(name).ticker("t", OFTEN, firing -> {
            assertThat(running.incrementAndGet()).isEqualTo(1);
            firings.add(firing);
            Thread.sleep(3 * PERIOD.toMillis());
            running.decrementAndGet();
        });
        awaitFirings(3);
        assertThat(List.copyOf(firings).get(1).missed()).isPositive();
        assertThat(events).isEmpty();
    }

    @PulseTest
    void whileOneNodeIsBusyAnotherFires() throws InterruptedException {
        CountDownLatch enough = new CountDownLatch(1);
        TickHandler hangs = firing -> {
            firings.add(firing);
            enough.await();
        };
        one.joinPool(name).ticker("t", OFTEN, hangs);
        awaitFirings(1);
        two.joinPool(name).ticker("t", OFTEN, firings::add);
        awaitFirings(5);
        enough.countDown();
    }

    @PulseTest
    void aTimetableThatIsGivenLaterHoldsOnAllNodes() throws InterruptedException {
        TickerOptions yearly = TickerOptions.every(Duration.ofDays(365));
        Ticker first = one.joinPool(name).ticker("t", yearly, firings::add);
        Ticker second = two.joinPool(name).ticker("t", OFTEN, firing -> {});
        await().atMost(LONG).until(() -> first.options().equals(OFTEN));
        second.close();
        awaitFirings(2);
        first.change(TickerOptions.cron("* * * * * ?", ZoneId.of("UTC")).withMissed(Missed.SKIP));
        assertThat(first.next().orElseThrow().toEpochMilli() % 1_000).isZero();
        firings.clear();
        awaitFirings(2);
        assertThat(firings)
                .last()
                .satisfies(firing -> assertThat(firing.due().getNano()).isZero());
    }

    @PulseTest
    void theSameTimetableOnceMoreLeavesThePositionAsItIs() throws InterruptedException {
        TickerOptions daily = TickerOptions.every(Duration.ofDays(1));
        PoolNode node = one.joinPool(name);
        Ticker first = node.ticker("t", daily, firings::add);
        Instant next = first.next().orElseThrow();
        assertThatThrownBy(() -> node.ticker("t", daily, firings::add)).isInstanceOf(IllegalStateException.class);
        assertThat(two.joinPool(name).ticker("t", daily, firings::add).next()).contains(next);
        first.close();
        assertThat(node.ticker("t", daily.withMissed(Missed.ALL), firings::add).next())
                .contains(next);
    }

    @PulseTest
    void onceClosedOnAllNodesItCanBeRegisteredAgainAndGoesOn() throws InterruptedException {
        PoolNode node = one.joinPool(name);
        for (int i = 0; i < 3; i++) {
            Ticker ticker = node.ticker("t", OFTEN, firings::add);
            int before = firings.size();
            awaitFirings(before + 2);
            ticker.close();
        }
    }

    /** Returns when so many due times had been missed. */
    private Instant outage(TickerOptions options, int dueTimes) throws InterruptedException {
        PoolNode node = one.joinPool(name);
        Ticker ticker = node.ticker("t", options, firings::add);
        awaitFirings(1);
        node.close();
        firings.clear();
        Instant next = ticker.next().orElseThrow();
        Instant over = next.plus(PERIOD.multipliedBy(dueTimes));
        await().atMost(LONG).until(() -> Instant.now().isAfter(over));
        two.joinPool(name).ticker("t", options, firings::add);
        awaitFirings(1);
        assertThat(firings.peek().due()).isAfterOrEqualTo(next);
        return over;
    }

    @PulseTest
    @Attacks(Promise.P10)
    void ofFiveThatWereMissedTheLastIsMadeUpFor() throws InterruptedException {
        outage(OFTEN, 5);
        assertThat(firings.peek().missed()).isGreaterThanOrEqualTo(5);
    }

    @PulseTest
    @Attacks(Promise.P10)
    void ofFiveThatWereMissedNoneIsMadeUpFor() throws InterruptedException {
        Instant over = outage(OFTEN.withMissed(Missed.SKIP), 5);
        assertThat(firings.peek().missed()).isGreaterThanOrEqualTo(5);
        assertThat(firings.peek().due()).isAfter(over);
    }

    @PulseTest
    @Attacks(Promise.P10)
    void ofFiveThatWereMissedAllAreMadeUpFor() throws InterruptedException {
        outage(OFTEN.withMissed(Missed.ALL), 5);
        awaitFirings(6);
        Instant due = firings.peek().due();
        for (Firing firing : firings) {
            assertThat(firing.missed()).isZero();
            assertThat(firing.due()).isEqualTo(due);
            due = due.plus(PERIOD);
        }
    }

    @PulseTest
    void closingWaitsForTheHandlerAndThenInterruptsIt() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Ticker ticker = one.joinPool(name).ticker("t", OFTEN, firing -> {
            begun.countDown();
            never.await();
        });
        begun.await();
        assertThat(ticker.figures().busy()).isTrue();
        assertThat(ticker.close(Duration.ofMillis(50)).how()).isEqualTo(CloseResult.How.INTERRUPTED);
        assertThat(ticker.close(Duration.ZERO).how()).isEqualTo(CloseResult.How.DRAINED);
    }

    @PulseTest
    void aHandlerThatIgnoresTheInterruptHoldsNobodyUp() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        PoolNode node = one.joinPool(name);
        node.ticker("t", OFTEN, firing -> {
            begun.countDown();
            while (enough.getCount() > 0) {
                try {
                    enough.await();
                } catch (InterruptedException e) {
                    // as ordered
                }
            }
        });
        begun.await();
        node.ticker("other", OFTEN, firings::add);
        awaitFirings(2);
        CloseResult closed = node.close(Duration.ofMillis(50));
        assertThat(closed.how()).isEqualTo(CloseResult.How.ABANDONED);
        assertThat(closed.problems()).singleElement().asString().contains("ticker t");
        enough.countDown();
    }

    @PulseTest
    void aHandlerMayCloseItsTickerItsPoolAndItsPulse() throws InterruptedException {
        PoolNode node = one.joinPool(name);
        CountDownLatch closed = new CountDownLatch(1);
        node.ticker("t", OFTEN, firing -> {
            node.close();
            one.close();
            closed.countDown();
        });
        closed.await();
        assertThatThrownBy(() -> node.ticker("u", OFTEN, firings::add)).isInstanceOf(IllegalStateException.class);
    }

    @PulseTest
    void aShutdownEndsItOnAllNodesAndLeavesNothing(TestRedis redis) throws InterruptedException {
        PoolNode first = one.joinPool(name);
        Ticker ticker = first.ticker("t", OFTEN, firings::add);
        two.joinPool(name).ticker("t", OFTEN, firings::add);
        awaitFirings(2);
        try (RespClient client = redis.client()) {
            PoolKeys keys = new RawPool(client, name).keys();
            assertThat(first.shutdown(LONG)).isTrue();
            new PoolInvariants(client, keys).checkEnded();
        }
        assertThatThrownBy(() -> ticker.change(TickerOptions.every(Duration.ofSeconds(1))))
                .isInstanceOfAny(IllegalStateException.class, PoolShutDownException.class);
    }
}
