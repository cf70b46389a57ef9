package dev.pulse.faults;

import dev.pulse.faults.JobStep.Did;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What its caller knows of a job: how it was dispatched, and what became of that. Made from a history, step by step.
 */
final class JobFate {
    private final JobStep dispatch;
    private @Nullable JobStep accepted;
    private @Nullable JobStep refused;
    /** That it has ended, and never begins again. */
    private @Nullable JobStep over;
    /** The first time somebody wanted it stopped. */
    private @Nullable JobStep stopping;

    private int stops;

    private JobFate(JobStep dispatch) {
        this.dispatch = dispatch;
    }

    /** Those of all jobs of a history, by their payloads. */
    static Map<String, JobFate> in(List<JobStep> steps) {
        Map<String, JobFate> fates = new LinkedHashMap<>();
        for (JobStep step : steps) {
            if (step.did() == Did.DISPATCHING) {
                fates.put(step.job(), new JobFate(step));
            } else if (step.did() == Did.SHUT_DOWN) {
                fates.values().forEach(fate -> fate.shutDown(step));
            } else {
                JobFate fate = fates.get(step.job());
                if (fate != null) {
                    fate.add(step);
                }
            }
        }
        return fates;
    }

    private void add(JobStep step) {
        switch (step.did()) {
            case ACCEPTED -> accepted = step;
            case REFUSED -> refused = step;
            case STOPPING -> {
                stopping = stopping == null ? step : stopping;
                stops++;
            }
            case FAILED, STOPPED -> over = over == null ? step : over;
            // of one that may still arrive this says nothing
            case NONE -> over = over == null && accepted != null ? step : over;
            default -> {}
        }
    }

    private void shutDown(JobStep step) {
        over = over == null ? step : over;
    }

    String job() {
        return dispatch.job();
    }

    String key() {
        return dispatch.key();
    }

    JobStep dispatch() {
        return dispatch;
    }

    boolean isOnce() {
        return dispatch.note().equals("once");
    }

    boolean isRefused() {
        return refused != null;
    }

    @Nullable
    JobStep over() {
        return over;
    }

    /** Whether it has begun, as its caller was told, and nobody wanted it stopped: it runs. */
    boolean isToRun() {
        return accepted != null && stopping == null && over == null;
    }

    /** The first time its caller wanted it stopped. */
    @Nullable
    JobStep stopping() {
        return stopping;
    }

    /** How often its caller wanted it stopped. */
    int stops() {
        return stops;
    }

    /** Whether its caller knows that it was accepted. */
    boolean isAccepted() {
        return accepted != null;
    }

    /** What may be told of it to somebody who asks. */
    Set<String> outcome() {
        JobStep end = over;
        if (end != null) {
            return switch (end.did()) {
                case FAILED -> Set.of("FAILED");
                // the next incarnation knows nothing of it
                case SHUT_DOWN -> Set.of("unknown");
                default -> Set.of("STOPPED");
            };
        }
        return isToRun()
                ? Set.of("STARTED")
                : Set.of("unknown", "PENDING", "STARTED", "FAILED", "STOPPED", "WITHDRAWN");
    }
}
