package dev.pulse.faults;

import dev.pulse.faults.JobStep.Did;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of a job, from just before its handler began it until just after the handler had ended it, or thrown, or its
 * process had died.
 *
 * @param begin its first step, with member, key, job, token and worker
 * @param end in microseconds; {@link #OPEN} for one that goes on
 * @param byDeath whether its process died with it
 */
record JobRun(JobStep begin, long end, boolean byDeath) {
    static final long OPEN = Long.MAX_VALUE;

    /** All runs of a history, by their beginnings. */
    static List<JobRun> in(List<JobStep> steps) {
        Map<String, JobStep> open = new LinkedHashMap<>();
        Map<String, Long> paused = new HashMap<>();
        List<JobRun> runs = new ArrayList<>();
        for (JobStep step : steps) {
            switch (step.did()) {
                case BEGIN -> open.put(id(step), step);
                case THREW, ENDED -> {
                    JobStep begin = open.remove(id(step));
                    if (begin == null) {
                        throw new IllegalStateException("never begun: " + step);
                    }
                    runs.add(new JobRun(begin, step.micros(), false));
                }
                case PAUSED -> paused.put(step.who(), step.micros());
                case RESUMED -> paused.remove(step.who());
                case KILLED -> {
                    // what stood still and never went on has ended when it stopped
                    long end = paused.getOrDefault(step.who(), step.micros());
                    open.values()
                            .removeIf(begin -> begin.who().equals(step.who())
                                    && runs.add(new JobRun(begin, Math.max(end, begin.micros()), true)));
                }
                default -> {}
            }
        }
        open.values().forEach(begin -> runs.add(new JobRun(begin, OPEN, false)));
        runs.sort((one, other) -> Long.compare(one.begun(), other.begun()));
        return runs;
    }

    private static String id(JobStep step) {
        return step.who() + " " + step.key() + " " + step.token();
    }

    long begun() {
        return begin.micros();
    }

    String who() {
        return begin.who();
    }

    String key() {
        return begin.key();
    }

    String job() {
        return begin.job();
    }

    long token() {
        return begin.token();
    }

    String worker() {
        return begin.note();
    }

    boolean isOpenAt(long micros) {
        return begun() <= micros && micros < end;
    }

    boolean isOpen() {
        return end == OPEN;
    }

    /** Its beginning, and its end. */
    @Override
    public String toString() {
        return begin + " … " + (isOpen() ? "goes on" : end + (byDeath ? " " + Did.KILLED : ""));
    }
}
