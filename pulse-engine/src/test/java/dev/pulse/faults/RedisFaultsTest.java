package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P15;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P4;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.Step.Did;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/** A Redis that is restarted, loses what it had, forgets scripts, refuses, or trims. */
@RedisTest
class RedisFaultsTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);
    private static final Duration PACE = Duration.ofMillis(4);
    private static final Duration WORK = Duration.ofMillis(5);
    /** Falls behind what is added. */
    private static final Duration SLOWLY = Duration.ofMillis(8);

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11, P15},
            by = Fault.F03)
    void restartsLoseNoMoreThanTheirFile(Trial trial, Prefix prefix) throws InterruptedException {
        long begun = System.nanoTime();
        AppendOnly file = AppendOnly.values()[trial.random().nextInt(AppendOnly.values().length)];
        try (EmbeddedRedis redis = EmbeddedRedis.start(
                        EmbeddedRedisOptions.builder().appendOnly(file).build());
                Fleet fleet = load(trial, redis.uri(), prefix, Duration.ZERO)) {
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                boolean crash = trial.random().nextBoolean();
                fleet.broken();
                long down = System.nanoTime();
                if (crash) {
                    redis.kill();
                    trial.pause(Duration.ZERO, Duration.ofSeconds(1));
                }
                redis.restart();
                if (file == AppendOnly.NONE) {
                    fleet.forgot(Did.EVENTS_LOST, since(begun));
                } else if (file == AppendOnly.EVERY_SECOND && crash) {
                    fleet.forgot(Did.EVENTS_LOST, since(down).plusSeconds(2));
                }
                fleet.healed();
            }
            fleet.awaitMoreHandled(30);
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11},
            by = Fault.F04)
    void lostStateIsMadeAgain(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        long begun = System.nanoTime();
        try (Fleet fleet = load(trial, redis.uri(), prefix, Duration.ZERO);
                RespClient raw = redis.client()) {
            fleet.awaitMoreHandled(30);
            byte[] older = (byte[]) Objects.requireNonNull(raw.call(ascii("DUMP"), ascii(fleet.key())));
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                trial.pause(Duration.ZERO, Duration.ofMillis(500));
                fleet.broken();
                Did lost = Did.EVENTS_LOST;
                switch (trial.random().nextInt(4)) {
                    case 0 -> raw.call("FLUSHALL");
                    case 1 -> raw.call("DEL", fleet.key());
                    case 2 -> raw.call(ascii("RESTORE"), ascii(fleet.key()), ascii("0"), older, ascii("REPLACE"));
                    default -> {
                        raw.call("XGROUP", "DESTROY", fleet.key(), "k");
                        lost = Did.ACKS_LOST;
                    }
                }
                fleet.forgot(lost, since(begun));
                fleet.healed();
            }
            fleet.awaitMoreHandled(30);
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4, P15},
            by = Fault.F08)
    void flushedScriptsAreNotVisible(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Fleet fleet = load(trial, redis.uri(), prefix, Duration.ZERO);
                RespClient raw = redis.client()) {
            while (trial.goesOn()) {
                raw.call("SCRIPT", "FLUSH");
                trial.pause(Duration.ZERO, Duration.ofMillis(100));
            }
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11, P15},
            by = Fault.F16)
    void whatRedisRefusesIsToldAndGoesOnAfterwards(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (Fleet fleet = load(trial, redis.uri(), prefix, Duration.ZERO);
                RespClient raw = redis.client()) {
            raw.call("CONFIG", "SET", "lua-time-limit", "100");
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(30);
                fleet.broken();
                Duration time = Duration.ofMillis(trial.random().nextInt(1_500));
                // shorter than the deadline less a late extension: what was acked before it would else be another's
                // after it
                Duration stall = time.dividedBy(2);
                switch (trial.random().nextInt(7)) {
                    case 0 -> forAWhile(raw, time, "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0");
                    case 1 -> forAWhile(raw, time, "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE");
                    case 2 -> forAWhile(raw, time, "ACL SETUSER default -@stream", "ACL SETUSER default +@all");
                    case 3 -> raw.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                    case 4 -> raw.call("DEBUG", "SLEEP", Double.toString(stall.toMillis() / 1e3));
                    case 5 -> busy(redis, raw, stall);
                    default -> diskFull(redis, raw, time);
                }
                fleet.healed();
            }
            fleet.awaitMoreHandled(30);
            fleet.finish();
        }
    }

    @Drill
    @Attacks(
            value = {P1, P2, P4},
            by = Fault.F19)
    void whatIsTrimmedAwayIsTold(Trial trial, TestRedis redis, Prefix prefix) throws InterruptedException {
        try (Fleet fleet = load(trial, redis.uri(), prefix, SLOWLY)) {
            while (trial.goesOn()) {
                fleet.awaitMoreHandled(10);
                trial.pause(Duration.ZERO, Duration.ofMillis(300));
                fleet.trim(trial.random().nextInt(100));
            }
            fleet.awaitMoreHandled(30);
            fleet.finish();
        }
    }

    private static void forAWhile(RespClient raw, Duration time, String begin, String end) throws InterruptedException {
        raw.call(begin.split(" "));
        try {
            Thread.sleep(time);
        } finally {
            raw.call(end.split(" "));
        }
    }

    /** A script of somebody else's that does not end. */
    private static void busy(TestRedis redis, RespClient raw, Duration time) throws InterruptedException {
        try (RespClient endless = redis.client()) {
            endless.send("EVAL", "while true do end", "0");
            Thread.sleep(time.plusMillis(200));
            raw.call("SCRIPT", "KILL");
        }
    }

    /** Redis cannot write its snapshot, and takes no writes until it can. */
    private static void diskFull(TestRedis redis, RespClient raw, Duration time) throws InterruptedException {
        Path inTheWay = redis.embedded().directory().resolve("dump.rdb");
        raw.call("CONFIG", "SET", "save", "3600 1");
        try {
            Files.createDirectory(inTheWay);
            raw.call("BGSAVE");
            awaitSaved(raw, "err");
            Thread.sleep(time);
            Files.delete(inTheWay);
            raw.call("BGSAVE");
            awaitSaved(raw, "ok");
            Files.delete(inTheWay);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            raw.call("CONFIG", "SET", "save", "");
        }
    }

    private static void awaitSaved(RespClient raw, String status) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> raw.text("INFO", "persistence").contains("rdb_last_bgsave_status:" + status));
    }

    /** A member adds, another reads, each event in this time, two handle. */
    private static Fleet load(Trial trial, String uri, Prefix prefix, Duration reading) throws InterruptedException {
        Fleet fleet = new Fleet(trial, uri, prefix.name("s"));
        Handling handling = Handling.of("k", DEADLINE, 8, WORK).withSlowOnes();
        if (trial.random().nextBoolean()) {
            handling = handling.withAcksByHand();
        }
        for (int i = 0; i < 2; i++) {
            fleet.member(way(uri)).handle(handling);
        }
        fleet.member(way(uri)).read(reading);
        Member writer = fleet.member(way(uri));
        writer.add(PACE);
        writer.addOnce(PACE);
        return fleet;
    }

    private static Pulse.Builder way(String uri) {
        return Pulse.builder().uri(uri).commandTimeout(Duration.ofSeconds(2));
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
