package dev.pulse.camel.pool;

import dev.pulse.camel.Ranges;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options that say whether jobs run to their end, and what becomes of those that fail; defaults are the engine's. */
@UriParams
public class TaskConfiguration {
    @UriParam(
            label = "common",
            defaultValue = "service",
            enums = "service,task",
            description =
                    "How long a job lives: service (until somebody stops it; its start is done when the exchange is complete, and a"
                            + " failed exchange is a failed start), task (until an exchange has done it; a failed exchange is a failed"
                            + " attempt). All workers of a pool say the same; a producer with task waits for the end of a dispatch whose"
                            + " answer is asked for, rather than for its start")
    private JobMode mode = JobMode.SERVICE;

    @UriParam(
            label = "common",
            description =
                    "How many attempts a task has before it is dead, 1 to 1000. Of a producer, those of the jobs that it dispatches;"
                            + " of a consumer, those of jobs whose dispatch does not say. Default 5")
    private @Nullable Integer attempts;

    @UriParam(
            label = "consumer",
            defaultValue = "retry",
            enums = "retry,again,dead,done",
            description =
                    "What happens to a task whose exchange failed: retry (it is tried again after the back-off, and dead after its last"
                            + " attempt), again (it is tried again after the shortest back-off for as long as it takes, for no attempt"
                            + " is counted), dead (it is dead at once), done (as if nothing had happened). What the route has put into"
                            + " the headers CamelPulseAgainAfter and CamelPulseDead goes before it. Only with mode=task")
    private OnFailure onFailure = OnFailure.RETRY;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description =
                    "How long a task that failed waits before it is tried again, doubling with each attempt, 1ms to 1h."
                            + " Only with mode=task")
    private long backoff = WorkerOptions.defaults().backoff().toMillis();

    @UriParam(
            label = "consumer",
            defaultValue = "5m",
            javaType = "java.time.Duration",
            description = "The longest such wait, at least backoff, at most 24h. Only with mode=task")
    private long maxBackoff = WorkerOptions.defaults().maxBackoff().toMillis();

    /** Refuses values that are out of their range or contradict each other. */
    void check() {
        if (attempts != null) {
            Ranges.require("attempts", attempts, 1, 1_000);
        }
        if (mode == JobMode.SERVICE && onFailure != OnFailure.RETRY) {
            throw new IllegalArgumentException("onFailure is for mode=task, was " + onFailure);
        }
    }

    /** These worker options with those about tasks. */
    WorkerOptions in(WorkerOptions.Builder options) {
        return options.attempts(
                        attempts != null ? attempts : WorkerOptions.defaults().attempts())
                .backoff(engineBackoff())
                .maxBackoff(Duration.ofMillis(maxBackoff))
                .build();
    }

    Duration engineBackoff() {
        return Duration.ofMillis(backoff);
    }

    public JobMode getMode() {
        return mode;
    }

    public void setMode(JobMode mode) {
        this.mode = mode;
    }

    public @Nullable Integer getAttempts() {
        return attempts;
    }

    public void setAttempts(@Nullable Integer attempts) {
        this.attempts = attempts;
    }

    public OnFailure getOnFailure() {
        return onFailure;
    }

    public void setOnFailure(OnFailure onFailure) {
        this.onFailure = onFailure;
    }

    public long getBackoff() {
        return backoff;
    }

    public void setBackoff(long backoff) {
        this.backoff = backoff;
    }

    public long getMaxBackoff() {
        return maxBackoff;
    }

    public void setMaxBackoff(long maxBackoff) {
        this.maxBackoff = maxBackoff;
    }
}
