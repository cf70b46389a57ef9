package dev.pulse.faults;

import dev.pulse.faults.JobStep.Did;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What happened to the members of a pool, and to Redis, in a history: what that excuses, and nothing else is excused. */
final class PoolTroubles {
    private final List<JobStep> steps;
    private final Set<String> lost;

    PoolTroubles(List<JobStep> steps) {
        this.steps = steps;
        this.lost = steps.stream()
                .filter(step -> step.did() == Did.LOST)
                .map(JobStep::key)
                .collect(Collectors.toSet());
    }

    /** Whether a run may have gone on, or have begun, without its worker's having a lease: its process knew it late. */
    boolean mayHaveLostLease(JobRun run) {
        return lost.contains(run.worker())
                || steps.stream()
                        .anyMatch(step ->
                                step.did() == Did.PAUSED && step.who().equals(run.who()) && step.micros() <= run.end());
    }

    /** From when on a member could see, after this moment, that others have what it had. */
    long awakeAfter(String who, long micros) {
        return steps.stream()
                .filter(step -> step.did() == Did.RESUMED && step.who().equals(who) && step.micros() > micros)
                .mapToLong(JobStep::micros)
                .findFirst()
                .orElse(micros);
    }

    /** Since when, before this moment, nothing more happened that would have a job wait for another owner. */
    long lastBefore(long micros) {
        return steps.stream()
                .filter(step -> switch (step.did()) {
                    case KILLED, PAUSED, RESUMED, HEALED, LOST -> true;
                    default -> false;
                })
                .mapToLong(JobStep::micros)
                .filter(time -> time < micros)
                .max()
                .orElse(0);
    }

    /** When Redis may have forgotten what it was told at this moment. */
    Stream<JobStep> forgettingOf(JobStep told) {
        return steps.stream()
                .filter(step -> step.did() == Did.FORGOT
                        && told.micros() <= step.micros()
                        && told.micros() >= step.micros() - Long.parseLong(step.note()));
    }

    /** Whether Redis was out of reach at some time between these: a reply may be lost, and its question asked again. */
    boolean mayHaveLostReply(JobStep from, JobStep to) {
        boolean broken = false;
        for (JobStep step : steps) {
            boolean changes = step.did() == Did.BROKEN || step.did() == Did.HEALED;
            if (changes && step.micros() >= from.micros()) {
                return broken || step.micros() <= to.micros();
            }
            broken = changes ? step.did() == Did.BROKEN : broken;
        }
        return broken;
    }

    /** Whether somebody ended the pool between these. */
    boolean mayBeShutDown(JobStep from, JobStep to) {
        return steps.stream()
                .anyMatch(step ->
                        step.did() == Did.SHUTTING && from.micros() <= step.micros() && step.micros() <= to.micros());
    }

    /** Whether it ever forgot anything. */
    boolean haveForgetting() {
        return steps.stream().anyMatch(step -> step.did() == Did.FORGOT);
    }
}
