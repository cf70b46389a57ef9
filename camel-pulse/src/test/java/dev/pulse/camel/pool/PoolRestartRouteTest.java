package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.PulseException;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.pool.JobInfo;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;

/** What routes of a pool do while Redis is away, and afterwards. */
class PoolRestartRouteTest extends PoolRoutesTest {
    @BeforeAll
    static void keepWhatIsWritten() {
        redis.close();
        redis = ChosenRedis.start(EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS));
    }

    /** Why it failed; null when it did not. */
    private @Nullable Exception failure(String uri, String body) {
        return send(uri, body).getException();
    }

    @PulseTest
    void workersAndProducersGoOnByThemselvesAfterRedisDiedAndCameBack() throws Exception {
        work("jobs");
        String dispatching =
                pool("key=RAW(${body})", "dispatchId=RAW(${body})", "commandTimeout=1s", "dispatchTimeout=2s");
        send(dispatching, "ann");
        awaitEvents("start ann");
        redis.kill();
        assertThat(failure(dispatching, "bo")).isInstanceOf(PulseException.class);
        redis.restart();
        await().until(() -> failure(dispatching, "cy") == null);
        await().untilAsserted(() -> assertThat(client.jobs())
                .filteredOn(job -> job.state() == JobInfo.State.RUNNING)
                .extracting(JobInfo::key)
                .contains("ann", "cy"));
        // it ran all the time
        assertThat(happened()).containsOnlyOnce("start ann");
    }

    @PulseTest
    void routeThatIsResumedWhileRedisIsAwayJoinsWhenItIsBack() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        work("jobs", "commandTimeout=1s", "exceptionHandler=#handler");
        context.getRouteController().suspendRoute("jobs");
        awaitWorkers(0);
        redis.kill();
        context.getRouteController().resumeRoute("jobs");
        assertThat(told.all()).isNotEmpty();
        redis.restart();
        await().until(() -> failure(pool("key=ann", "dispatchId=a", "dispatchTimeout=1s"), "x") == null);
        awaitEvents("start ann");
    }
}
