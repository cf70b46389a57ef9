package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Promise;
import dev.pulse.pool.Plan;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Somebody else writes to the keys of a ticker, or of a schedule: the others go on, it is told, and what can be is mended. */
@RedisTest(shared = true)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class GarbageInTimesTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration PERIOD = Duration.ofMillis(200);

    private Pulse pulse;
    private TimedPool raw;
    private Ticker ticker;
    private Ticker otherTicker;
    private Schedule schedule;
    private Schedule otherSchedule;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pulse = Pulse.connect(redis.uri());
        PoolNode pool = pulse.joinPool(
                prefix.name("p"),
                PoolOptions.builder()
                        .settings(settings -> settings.withLease(Duration.ofSeconds(1)))
                        .build());
        ticker = pool.ticker("t", TickerOptions.every(PERIOD), firing -> {});
        otherTicker = pool.ticker("other", TickerOptions.every(PERIOD), firing -> {});
        schedule = pool.schedule(
                "s", Timetable.every(PERIOD), planning -> Plan.nothing().stoppingOthers());
        otherSchedule = pool.schedule(
                "other", Timetable.every(PERIOD), planning -> Plan.nothing().stoppingOthers());
        raw = TimedPool.of(redis, prefix.name("p"));
    }

    @AfterEach
    void close() {
        raw.close();
        pulse.close();
    }

    private void awaitTicks(Ticker of) {
        long before = of.figures().fired();
        await().atMost(LONG).until(() -> of.figures().fired() > before + 1);
    }

    private void awaitPlans(Schedule of) {
        long before = of.figures().planned();
        await().atMost(LONG).until(() -> of.figures().planned() > before + 1);
    }

    private void othersGoOn() {
        awaitTicks(otherTicker);
        awaitPlans(otherSchedule);
    }

    private void replace(String key) {
        raw.call("MULTI");
        raw.call("DEL", key);
        raw.call("LPUSH", key, "somebody else's");
        raw.call("EXEC");
    }

    private void awaitTold(String why) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(pulse.health().loops())
                        .filteredOn(loop -> loop.status() != Health.Status.UP)
                        .anySatisfy(loop -> assertThat(loop.why()).contains(why)));
    }

    private void awaitHealthy() {
        await().atMost(LONG).until(() -> pulse.health().status() == Health.Status.UP);
    }

    @PulseTest
    @Attacks(value = Promise.P10, by = Fault.F15)
    void keysOfATickerThatAreNoneOfOursStopNoOther() {
        for (String key : List.of(raw.keys.ticker("t"), Kind.TICKER.listeners(raw.keys, "t"))) {
            awaitTicks(ticker);
            replace(key);
            awaitTold("WRONGTYPE");
            othersGoOn();
            raw.call("DEL", key);
            awaitTicks(ticker);
            awaitHealthy();
        }
        replace(raw.keys.tickers());
        awaitTold("WRONGTYPE");
        awaitPlans(otherSchedule);
        raw.call("DEL", raw.keys.tickers());
        awaitTicks(ticker);
        othersGoOn();
    }

    @PulseTest
    @Attacks(value = Promise.P10, by = Fault.F15)
    void aTickerWhoseFieldsAreNoneOfOursIsMadeAnew() {
        for (String field : List.of("v", "tt", "mp")) {
            awaitTicks(ticker);
            raw.call("HDEL", raw.keys.ticker("t"), field);
            awaitTicks(ticker);
            othersGoOn();
        }
        for (String field : List.of("v", "m", "t", "n")) {
            raw.call("HSET", raw.keys.ticker("t"), field, "no number");
            awaitTicks(ticker);
            othersGoOn();
        }
        for (String due : List.of("inf", "-inf", "-1", "1e300")) {
            raw.call("ZADD", raw.keys.tickers(), due, "t");
            awaitTicks(ticker);
            othersGoOn();
        }
        awaitHealthy();
    }

    @PulseTest
    @Attacks(value = Promise.P18, by = Fault.F15)
    void keysOfAScheduleThatAreNoneOfOursStopNoOther() {
        for (String key :
                List.of(raw.keys.schedule("s"), Kind.SCHEDULE.listeners(raw.keys, "s"), raw.keys.scheduledJobs("s"))) {
            awaitPlans(schedule);
            replace(key);
            awaitTold("WRONGTYPE");
            othersGoOn();
            raw.call("DEL", key);
            awaitPlans(schedule);
            awaitHealthy();
        }
        // that of the next due time stands in its place
        replace(raw.keys.plan("s"));
        awaitPlans(schedule);
        othersGoOn();
    }

    @PulseTest
    @Attacks(value = Promise.P18, by = Fault.F15)
    void aScheduleWhoseFieldsAreNoneOfOursIsMadeAnew() {
        for (String field : List.of("v", "tt", "mp")) {
            awaitPlans(schedule);
            raw.call("HDEL", raw.keys.schedule("s"), field);
            awaitPlans(schedule);
            othersGoOn();
        }
        for (String field : List.of("v", "pl", "il", "t", "pt")) {
            raw.call("HSET", raw.keys.schedule("s"), field, "no number");
            awaitPlans(schedule);
            othersGoOn();
        }
        raw.call("HSET", raw.keys.schedule("s"), "po", "somebody else", "pl", "no number");
        awaitPlans(schedule);
        raw.call("ZADD", raw.keys.schedules(), "inf", "s");
        awaitPlans(schedule);
        raw.call("HSET", raw.keys.plan("s"), "no item of ours", "x", "start:a", "short");
        awaitPlans(schedule);
        othersGoOn();
        awaitHealthy();
    }
}
