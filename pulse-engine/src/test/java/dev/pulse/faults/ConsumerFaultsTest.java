package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P12;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P3;
import static dev.pulse.faults.Promise.P4;
import static dev.pulse.faults.Promise.P5;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Pulse;
import dev.pulse.stream.EventHandler;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Consumers that are killed, stand still, or run handlers that misbehave in every way. */
@RedisTest
class ConsumerFaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(1);
    private static final Duration PACE = Duration.ofMillis(8);
    private static final Duration WORK = Duration.ofMillis(20);

    @Drill
    @Attacks(
            value = {P1, P2, P3, P4, P5},
            by = Fault.F01)
    void whatKilledConsumersHeldIsTakenOver(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Fleet fleet = load(trial, redis, prefix)) {
            Handling handling = anyHandling(trial.random());
            List<Fleet.Consumer> alive = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                alive.add(fleet.start(handling));
            }
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                fleet.kill(alive.remove(trial.random().nextInt(alive.size())));
                alive.add(fleet.start(handling));
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4},
            by = Fault.F02)
    void whatAConsumerHeldThatStandsStillIsTakenOver(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Fleet fleet = load(trial, redis, prefix)) {
            Handling handling = Handling.of("k", DEADLINE, 4, WORK).withSlowOnes();
            if (trial.random().nextBoolean()) {
                handling = handling.withAcksByHand();
            }
            List<Fleet.Consumer> all = List.of(fleet.start(handling), fleet.start(handling), fleet.start(handling));
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                Fleet.Consumer victim = all.get(trial.random().nextInt(all.size()));
                fleet.pause(victim);
                trial.pause(DEADLINE.multipliedBy(2), DEADLINE.multipliedBy(3));
                fleet.resume(victim);
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P5, P12},
            by = Fault.F14)
    void handlersThatMisbehaveHarmNoOtherEvent(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Fleet fleet = load(trial, redis, prefix)) {
            Handling handling = anyHandling(trial.random());
            List<Member> wild = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Member member = fleet.member(Pulse.builder().uri(redis.uri()));
                member.handle(handling, misbehaving(new Random(trial.seed() + i)));
                wild.add(member);
            }
            while (trial.goesOn()) {
                trial.pause(Duration.ofMillis(100), Duration.ofMillis(200));
            }
            fleet.finish();

            // and one that nothing ends: closing waits for it no longer than it was told to
            Set<Thread> hanging = ConcurrentHashMap.newKeySet();
            Member stubborn = fleet.member(Pulse.builder().uri(redis.uri()));
            stubborn.handle(Handling.of("other", DEADLINE, 1, WORK), event -> {
                hanging.add(Thread.currentThread());
                sleepThroughInterrupts(Duration.ofSeconds(6));
            });
            long begun = System.nanoTime();
            stubborn.pulse().close(Duration.ofMillis(500));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Checker.BUSY.plusSeconds(3));
            for (Thread thread : hanging) {
                thread.join();
            }
        }
    }

    /** One in thirty events makes trouble, when it is handled first; later it is handled as it should be. */
    private static EventHandler<String> misbehaving(Random random) {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        return event -> {
            int kind;
            synchronized (random) {
                kind = seen.add(event.payload()) ? random.nextInt(210) : -1;
            }
            switch (kind) {
                case 0 -> throw new IllegalStateException("thrown as ordered");
                case 1 -> throw new AssertionError("an error as ordered");
                case 2 -> recurse(0);
                case 3 -> Thread.currentThread().interrupt();
                case 4 -> throw new InterruptedException("as ordered");
                case 5 -> Thread.sleep(Duration.ofHours(1));
                case 6 -> sleepThroughInterrupts(Handling.LONGEST.plusSeconds(1));
                default -> {}
            }
        };
    }

    private static int recurse(int depth) {
        return depth < 0 ? depth : recurse(depth + 1) + 1;
    }

    private static void sleepThroughInterrupts(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                // as handlers of others do
            }
        }
    }

    /** One member adds, one at a time and once, another reads. */
    private static Fleet load(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        Fleet fleet = new Fleet(trial, redis.uri(), prefix.name("s"));
        Member writer = fleet.member(Pulse.builder().uri(redis.uri()));
        writer.add(PACE);
        writer.addOnce(PACE);
        fleet.member(Pulse.builder().uri(redis.uri())).read(Duration.ZERO);
        return fleet;
    }

    private static Handling anyHandling(Random random) {
        Handling handling = Handling.of("k", DEADLINE, 4, WORK);
        handling = random.nextBoolean() ? handling.withAcksByHand() : handling;
        return switch (random.nextInt(4)) {
            case 0 -> handling;
            case 1 -> handling.withOrder();
            case 2 -> handling.withOneConsumerAtATime();
            default -> handling.withOrder().withOneConsumerAtATime();
        };
    }
}
