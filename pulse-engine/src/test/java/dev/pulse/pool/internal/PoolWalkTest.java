package dev.pulse.pool.internal;

import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.faults.Attacks;
import dev.pulse.faults.Drill;
import dev.pulse.faults.Trial;
import dev.pulse.pool.internal.PoolWalk.Fault;
import dev.pulse.pool.internal.PoolWalk.Scenario;
import dev.pulse.pool.internal.Walker.Outcome;
import dev.pulse.redis.Redis;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The real scripts on a real Redis, and all that two nodes, a client and a few faults can make of them: in each state the
 * invariants hold, and from each the pool comes to rest when the faults are over. By default each fault meets a stop and
 * at most one other fault, in full they meet more.
 */
@RedisTest
@Timeout(value = 1, unit = TimeUnit.HOURS)
class PoolWalkTest {
    private static final boolean IN_FULL = !Trial.drillTime().isZero();

    private TestRedis redis;

    @BeforeEach
    void use(TestRedis server) {
        // nobody else's: walks empty it all the time
        server.embedded();
        redis = server;
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F12)
    void whoeverCrashesAtAnyPoint() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.CRASH, Fault.LOSE));
        inFull(Scenario.of(Fault.STOP, Fault.CRASH, Fault.CRASH).withWorkers(3));
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F11)
    void whoeverIsPausedOrCutOffAtAnyPoint() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.PAUSE));
        walk(Scenario.of(Fault.STOP, Fault.CUT_OFF));
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.CUT_OFF));
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.CRASH, Fault.LOSE));
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE).twice());
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F13)
    void whateverArrivesLateOrTwice() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.CRASH, Fault.DELAY));
        walk(Scenario.of(Fault.STOP, Fault.LOSE, Fault.REREAD, Fault.REREAD));
        inFull(Scenario.of(Fault.STOP, Fault.CRASH, Fault.AGAIN));
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.DELAY));
        inFull(Scenario.of(Fault.STOP, Fault.CUT_OFF, Fault.AGAIN));
        inFull(Scenario.of(Fault.STOP, Fault.DELAY, Fault.DELAY, Fault.AGAIN));
        inFull(Scenario.of(Fault.STOP, Fault.STOP, Fault.CRASH, Fault.LOSE, Fault.REREAD)
                .twice()
                .withWorkers(1));
    }

    @Test
    @Attacks({P6, P7, P8, P17})
    void whoeverLeavesAndWhateverFailsToStart() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.LEAVE, Fault.FAIL));
        inFull(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.PAUSE));
        inFull(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.LEAVE, Fault.DELAY));
        inFull(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.CRASH, Fault.FAIL));
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F04)
    void wheneverRedisLosesEverything() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.LOSE));
        inFull(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.CRASH));
        inFull(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.PAUSE));
        inFull(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.DELAY).twice());
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F12)
    void whoeverCrashesAtAnyPointOfATask() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.CRASH, Fault.LOSE).ofTasks());
        walk(Scenario.of(Fault.CRASH, Fault.CRASH).ofTasks());
        walk(Scenario.of(Fault.CRASH, Fault.FAIL, Fault.RETRY).ofTasks());
        inFull(Scenario.of(Fault.CRASH, Fault.CRASH, Fault.FAIL, Fault.RETRY).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.CRASH, Fault.CRASH, Fault.FAIL, Fault.REQUEUE)
                .withWorkers(3)
                .ofTasks());
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F11)
    void whoeverIsPausedOrCutOffAtAnyPointOfATask() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.FAIL).ofTasks());
        walk(Scenario.of(Fault.STOP, Fault.CUT_OFF, Fault.REQUEUE).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.CRASH, Fault.LOSE).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.PAUSE, Fault.REQUEUE).twice().ofTasks());
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F13)
    void whateverOfATaskArrivesLateOrTwice() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.FAIL, Fault.DELAY).ofTasks());
        walk(Scenario.of(Fault.FAIL, Fault.FAIL, Fault.RETRY, Fault.AGAIN).ofTasks());
        walk(Scenario.of(Fault.FAIL, Fault.FAIL, Fault.RETRY, Fault.DROP, Fault.DELAY)
                .ofTasks());
        walk(Scenario.of(Fault.STOP, Fault.REQUEUE, Fault.LOSE, Fault.REREAD).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.CRASH, Fault.AGAIN, Fault.REQUEUE).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.DELAY, Fault.DELAY, Fault.REQUEUE).ofTasks());
    }

    @Test
    @Attacks({P6, P7, P8, P17})
    void whoeverLeavesWhileATaskRuns() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.LOSE, Fault.FAIL).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.LEAVE, Fault.LEAVE, Fault.CRASH, Fault.REQUEUE)
                .ofTasks());
    }

    @Test
    @Attacks(
            value = {P6, P7, P8, P17},
            by = dev.pulse.faults.Fault.F04)
    void wheneverRedisLosesEverythingWhileATaskRuns() throws Exception {
        walk(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.FAIL).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.CRASH, Fault.REQUEUE).ofTasks());
        inFull(Scenario.of(Fault.STOP, Fault.FLUSH, Fault.PAUSE).ofTasks());
    }

    /** More than can be walked: what chance leads to, for some seconds. */
    @Drill
    @Attacks({P6, P7, P8, P17})
    void whateverHappensToTwoKeys(Trial trial) throws Exception {
        Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
        for (Fault fault : Fault.values()) {
            faults.put(fault, trial.random().nextInt(3));
        }
        int attempts = trial.random().nextBoolean() ? 2 : 0;
        Scenario scenario = new Scenario(2, List.of(0, 1, 0), 3, attempts, faults);
        Outcome outcome = on(redis.uri(), scenario, walker -> walker.walkSome(trial.random(), trial::goesOn));
        assertThat(outcome.violation()).as("%s", scenario).isEmpty();
    }

    private void walk(Scenario scenario) throws Exception {
        Outcome outcome = on(redis.uri(), scenario, Walker::walkAll);
        assertThat(outcome.violation()).as("%s", scenario).isEmpty();
        // it did not just stand still
        assertThat(outcome.states()).isGreaterThan(200);
        assertThat(outcome.scripts()).isGreaterThan(100);
    }

    private void inFull(Scenario scenario) throws Exception {
        if (IN_FULL) {
            walk(scenario);
        }
    }

    /**
     * A script without one of its rules.
     *
     * @param rules what stands instead of words of its text
     * @param breaks the invariant that is broken without it
     */
    private record Broken(String script, Map<String, String> rules, String breaks, Scenario scenario) {}

    private static final List<Broken> BROKEN = List.of(
            new Broken(
                    "started",
                    Map.of("if job[1] ~= token then", "if not job[1] then"),
                    "I10",
                    Scenario.of(Fault.STOP, Fault.DELAY).twice()),
            new Broken("started", Map.of("if job[3] == '1' then", "if true then"), "I7", Scenario.of(Fault.CRASH)),
            new Broken(
                    "stopped",
                    Map.of("local ours = job[1] == token", "local ours = job[1]"),
                    "I10",
                    Scenario.of(Fault.STOP, Fault.DELAY).twice()),
            new Broken("stopped", Map.of("meta[2], job[6])", "meta[2])"), "I10", Scenario.of(Fault.STOP)),
            new Broken(
                    "sweep_step",
                    Map.of("if job.o ~= from then", "if false then", "if job.t ~= job.given then", "if false then"),
                    "I3",
                    Scenario.of(Fault.CRASH, Fault.DELAY)),
            new Broken(
                    "move",
                    Map.of("if meta[2] ~= ARGV[1] then", "if false then"),
                    "I5",
                    Scenario.of(Fault.CRASH, Fault.DELAY)),
            new Broken(
                    "admit",
                    Map.of("KEYS[2], KEYS[4]) > 0", "KEYS[2]) > 0"),
                    "I10",
                    Scenario.of(Fault.STOP, Fault.LOSE)),
            new Broken(
                    "begin",
                    Map.of(
                            "if job[2] ~= 'running' then\n  attempts = attempts + 1",
                            "if true then\n  attempts = attempts + 1"),
                    "I16",
                    Scenario.of(Fault.LOSE).ofTasks()),
            new Broken(
                    "begin",
                    Map.of("if attempts >=", "if false and attempts >="),
                    "I16",
                    Scenario.of(Fault.CRASH, Fault.CRASH).ofTasks()),
            new Broken(
                    "finish",
                    Map.of("if job[1] ~= token then", "if not job[1] then"),
                    "I10",
                    Scenario.of(Fault.STOP, Fault.DELAY).twice().ofTasks()),
            new Broken(
                    "drop_dead",
                    Map.of(
                            "job[2] == 'dead'",
                            "true",
                            "if died and (left > most or tonumber(died) <= before) then",
                            "if true then"),
                    "I4",
                    Scenario.of(Fault.FAIL, Fault.FAIL, Fault.RETRY, Fault.DROP, Fault.DELAY)
                            .ofTasks()),
            new Broken(
                    "beat", Map.of("if not living then", "if true then"), "I3", Scenario.of(Fault.FLUSH, Fault.PAUSE)),
            new Broken(
                    "stop",
                    Map.of("if meta[2] then\n", "if false then\n"),
                    "I2",
                    Scenario.of(Fault.STOP, Fault.FLUSH, Fault.LOSE)));

    @Test
    void aRuleThatIsSwitchedOffIsFound() throws Exception {
        SoftAssertions softly = new SoftAssertions();
        for (Broken broken : BROKEN) {
            try (RespClient raw = redis.client();
                    ScriptSwap swap = ScriptSwap.to(redis.embedded().port())) {
                swap.swap(raw, broken.script(), broken.rules());
                Outcome outcome = on(swap.uri(), broken.scenario(), Walker::walkAll);
                softly.assertThat(outcome.violation().orElse("nothing in " + outcome.states() + " states"))
                        .as("%s without %s", broken.script(), broken.rules().keySet())
                        .contains(broken.breaks() + ' ');
            }
        }
        softly.assertAll();
    }

    private interface Walk {
        Outcome by(Walker walker);
    }

    /** On a virtual thread, since one that is no other's runs its calls itself. */
    private Outcome on(String uri, Scenario scenario, Walk walk) throws Exception {
        FutureTask<Outcome> task = new FutureTask<>(() -> {
            Redis connection = ScriptPool.connect(uri);
            try (RespClient raw = redis.client()) {
                raw.call("FLUSHALL");
                var pools = new PoolScripts("walk");
                var settings = ScriptPool.settings();
                // what is dead may be dropped at any time
                settings.put("dret", 0L);
                var keys = ((PoolScripts.Open) pools.open(connection, 0, settings)).keys();
                boolean versions = scenario.has(Fault.DELAY) || scenario.has(Fault.AGAIN);
                return walk.by(new Walker(scenario, new ScriptMemory(connection, raw, keys, versions)));
            } finally {
                ScriptPool.disconnect(connection);
            }
        });
        Thread.ofVirtual().start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new IOException("walk of " + scenario, e);
        }
    }
}
