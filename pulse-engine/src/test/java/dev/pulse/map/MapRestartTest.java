package dev.pulse.map;

import static dev.pulse.faults.Promise.P9;

import dev.pulse.Pulse;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.faults.Attacks;
import dev.pulse.faults.Fault;
import dev.pulse.testing.PulseTest;
import java.time.Duration;

/** Redis is restarted while two replicas of a map are written, with what it keeps of that: both agree with it again. */
@Attacks(value = P9, by = Fault.F03)
class MapRestartTest {
    @PulseTest
    void aCleanRestartWithAnAppendOnlyFileLosesNothing() throws InterruptedException {
        restartUnderLoad(AppendOnly.EVERY_SECOND, false, true);
    }

    @PulseTest
    void aCrashLosesNothingThatIsWrittenAlways() throws InterruptedException {
        restartUnderLoad(AppendOnly.ALWAYS, true, true);
    }

    @PulseTest
    void aCrashThatLosesTheTailIsFollowed() throws InterruptedException {
        restartUnderLoad(AppendOnly.EVERY_SECOND, true, false);
    }

    @PulseTest
    void aRestartThatLosesEverythingIsFollowed() throws InterruptedException {
        restartUnderLoad(AppendOnly.NONE, false, false);
        restartUnderLoad(AppendOnly.NONE, true, false);
    }

    private static void restartUnderLoad(AppendOnly kept, boolean crash, boolean complete) throws InterruptedException {
        EmbeddedRedisOptions options =
                EmbeddedRedisOptions.builder().appendOnly(kept).build();
        try (EmbeddedRedis redis = EmbeddedRedis.start(options);
                MapPair pair =
                        MapPair.start(Pulse.builder().uri(redis.uri()).commandTimeout(Duration.ofSeconds(10)), "m")) {
            pair.awaitProgress();
            if (crash) {
                redis.kill();
            }
            redis.restart();
            pair.awaitProgress();
            pair.stopAndRequireAgreement(redis.port(), "map:m:content", complete);
        }
    }
}
