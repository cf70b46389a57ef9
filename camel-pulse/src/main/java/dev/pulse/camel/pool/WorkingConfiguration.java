package dev.pulse.camel.pool;

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

/** The options of a consumer, which is a worker; defaults are the engine's. */
@UriParams
public class WorkingConfiguration {
    private static final Map<String, JobEvent> EVENTS = Arrays.stream(JobEvent.values())
            .collect(Collectors.toMap(JobEvent::text, Function.identity(), (a, b) -> a, TreeMap::new));

    @UriParam(
            label = "consumer",
            defaultValue = "service",
            enums = "service,task",
            description =
                    "How long a job lives: service (until somebody stops it; its start is done when the exchange is complete, and a"
                            + " failed exchange is a failed start), task (until the exchange is complete; its start is done when the"
                            + " exchange has begun). All workers of a pool say the same")
    private JobMode mode = JobMode.SERVICE;

    @UriParam(
            label = "consumer",
            defaultValue = "start",
            description =
                    "What becomes an exchange, with commas between: start (a job begins here), stop (a job that was begun here ends,"
                            + " or goes elsewhere), notify (something was sent to a job here), message (something was sent to a key;"
                            + " the message at the end of the route is the answer). With mode=task start, and message if wished")
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
                    "After which time a start that has not returned is interrupted and counts as failed, 10ms to 1h")
    private long startTimeout = WorkerOptions.defaults().startTimeout().toMillis();

    /** Refuses values that are out of their range or contradict each other. */
    void check() {
        engineOptions();
        Set<JobEvent> wished = events();
        if (mode == JobMode.TASK
                && (!wished.contains(JobEvent.START)
                        || wished.contains(JobEvent.STOP)
                        || wished.contains(JobEvent.NOTIFY))) {
            throw new IllegalArgumentException(
                    "on is start, or start and message, where mode=task, was \"" + on + "\"");
        }
    }

    /** What the options come to for the engine. */
    WorkerOptions engineOptions() {
        return WorkerOptions.builder()
                .maxJobs(maxJobs)
                .startTimeout(Duration.ofMillis(startTimeout))
                .build();
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

    public JobMode getMode() {
        return mode;
    }

    public void setMode(JobMode mode) {
        this.mode = mode;
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

    public long getStartTimeout() {
        return startTimeout;
    }

    public void setStartTimeout(long startTimeout) {
        this.startTimeout = startTimeout;
    }
}
