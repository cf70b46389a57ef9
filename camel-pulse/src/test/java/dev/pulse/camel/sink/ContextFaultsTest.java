package dev.pulse.camel.sink;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P3;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Drill;
import dev.pulse.faults.Fault;
import dev.pulse.faults.Fleet;
import dev.pulse.faults.Trial;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Three contexts in processes of their own, to which something happens in turn while routes fail and events come: an event is
 * acked only when its exchange is complete, so none is lost, and what a killed one held is taken over in time.
 */
class ContextFaultsTest {
    private static EmbeddedRedis redis;

    private enum Blow {
        KILL,
        SUSPEND,
        STOP
    }

    @BeforeAll
    static void startRedis() {
        redis = EmbeddedRedis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Drill
    @Attacks(
            value = {P1, P2, P3},
            by = Fault.F23)
    void eventsAreAckedWhenTheirExchangesAreCompleteWhateverHappensToContexts(Trial trial) throws InterruptedException {
        try (Fleet fleet = new Fleet(trial, redis.uri(), "contexts-" + UUID.randomUUID())) {
            fleet.member(Pulse.builder().uri(redis.uri())).add(Duration.ofMillis(10));
            fleet.watchAcks();
            Deque<Fleet.Consumer> contexts = new ArrayDeque<>();
            for (int i = 0; i < 3; i++) {
                contexts.add(start(fleet, trial));
            }
            List<Blow> blows = Arrays.asList(Blow.values());
            do {
                Collections.shuffle(blows, trial.random());
                for (Blow blow : blows) {
                    Fleet.Consumer context = contexts.remove();
                    fleet.awaitReady(context);
                    // it takes over
                    fleet.awaitReady(contexts.element());
                    fleet.awaitMoreHandled(100);
                    trial.pause(Duration.ZERO, Duration.ofMillis(500));
                    boolean lives = survives(blow, context, fleet, trial);
                    contexts.add(lives ? context : start(fleet, trial));
                }
            } while (trial.goesOn());
            fleet.finish();
        }
    }

    private static Fleet.Consumer start(Fleet fleet, Trial trial) {
        return fleet.start(ContextNode.class, Boolean.toString(trial.random().nextBoolean()));
    }

    private static boolean survives(Blow blow, Fleet.Consumer context, Fleet fleet, Trial trial)
            throws InterruptedException {
        switch (blow) {
            case KILL -> fleet.kill(context);
            case STOP -> fleet.tellToEnd(context, "stop");
            case SUSPEND -> {
                fleet.tellToPause(context, "suspend");
                trial.pause(Duration.ZERO, Duration.ofSeconds(2));
                if (trial.random().nextBoolean()) {
                    fleet.tellToResume(context, "resume");
                    return true;
                }
                fleet.kill(context);
            }
        }
        return false;
    }
}
