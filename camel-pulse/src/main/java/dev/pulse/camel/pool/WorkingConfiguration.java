package dev.pulse.camel.pool;

import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer, which is a worker; defaults are the engine's. */
@UriParams
public class WorkingConfiguration {
    private static final Map<String, JobEvent> EVENTS = Arrays.stream(JobEvent.values())
            .collect(Collectors.toMap(JobEvent::text, Function.identity(), (a, b) -> a, TreeMap::new));

    @UriParam(
            label = "consumer",
            defaultValue = "start",
            description =
                    "What becomes an exchange, with commas between: start (a job begins here), stop (a job that was begun here ends,"
                            + " or goes elsewhere), notify (something was sent to a job here), message (something was sent to a key;"
                            + " the message at the end of the route is the answer). Only with mode=service")
    private String on = JobEvent.START.text();

    @UriParam(
            label = "consumer",
            description =
                    "How many jobs run here at once, 1 up; what is assigned beyond waits, and counts as queued. Default any number")
    private int maxJobs = WorkerOptions.defaults().maxJobs();

    @UriParam(
            label = "consumer",
            defaultValue = "20s",
            javaType = "java.time.Duration",
            description =
                    "After which time a start that has not returned is interrupted and counts as failed, 10ms to 1h. Only with"
                            + " mode=service")
    private long startTimeout = WorkerOptions.defaults().startTimeout().toMillis();

    @UriParam(
            label = "consumer,advanced",
            description =
                    "How long a worker that leaves, because its route is suspended or stopped, lets its jobs stop and go elsewhere"
                            + " before they are interrupted, 0 to 1h. Default, and at most, the shutdown time-out of Camel")
    private @Nullable Duration handOverTimeout;

    /** Whether only what begins becomes an exchange. */
    boolean isOnlyStarts() {
        return events().equals(EnumSet.of(JobEvent.START));
    }

    /** What the options come to for the engine. */
    WorkerOptions.Builder engineOptions() {
        return WorkerOptions.builder().maxJobs(maxJobs).startTimeout(Duration.ofMillis(startTimeout));
    }

    /** What becomes an exchange. */
    Set<JobEvent> events() {
        Set<JobEvent> wished = EnumSet.noneOf(JobEvent.class);
        for (String event : on.split(",", -1)) {
            JobEvent known = EVENTS.get(event.strip());
            if (known == null) {
                throw new IllegalArgumentException(
                        "on is " + String.join(", ", EVENTS.keySet()) + ", with commas between, was \"" + on + "\"");
            }
            wished.add(known);
        }
        return wished;
    }

    /** Refuses values that are out of their range. */
    void check() {
        if (handOverTimeout != null) {
            // its range is the engine's
            PoolOptions.builder().handOverTimeout(handOverTimeout).build();
        }
    }

    /** How long a worker that leaves waits where it may wait for so long. */
    Duration handOver(Duration drain) {
        return handOverTimeout != null && handOverTimeout.compareTo(drain) < 0 ? handOverTimeout : drain;
    }

    public String getOn() {
        return on;
    }

    public void setOn(String on) {
        this.on = on;
    }

    public int getMaxJobs() {
        return maxJobs;
    }

    public void setMaxJobs(int maxJobs) {
        this.maxJobs = maxJobs;
    }

    public @Nullable Duration getHandOverTimeout() {
        return handOverTimeout;
    }

    public void setHandOverTimeout(@Nullable Duration handOverTimeout) {
        this.handOverTimeout = handOverTimeout;
    }

    public long getStartTimeout() {
        return startTimeout;
    }

    public void setStartTimeout(long startTimeout) {
        this.startTimeout = startTimeout;
    }
}
