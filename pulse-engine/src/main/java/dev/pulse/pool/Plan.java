package dev.pulse.pool;

import static dev.pulse.wire.Options.require;

import dev.pulse.wire.Names;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a schedule is to do at one due time. A job that is to be started and runs already, because an earlier plan of the
 * schedule started it, is left alone, whatever its payload. Only jobs that the schedule started are ever stopped.
 *
 * @param start the jobs that are to run
 * @param stop the keys of jobs that are to end
 * @param stopOthers whether all jobs that the schedule has started end, but for those in {@code start}
 */
public record Plan(List<Start> start, Set<String> stop, boolean stopOthers) {
    /** The most jobs that a plan starts and stops by name. */
    public static final int MOST_ITEMS = 10_000;

    /** Throws {@link IllegalArgumentException} when a key is named twice, or there are more than {@value #MOST_ITEMS}. */
    public Plan {
        start = List.copyOf(start);
        stop = Set.copyOf(stop);
        require("number of jobs in a plan", start.size() + stop.size(), 0, MOST_ITEMS);
        Set<String> named = new HashSet<>(stop);
        stop.forEach(Names::requireJobKey);
        for (Start job : start) {
            if (!named.add(job.key())) {
                throw new IllegalArgumentException("a plan names a job once, named twice \"" + job.key() + '"');
            }
        }
    }

    /**
     * A job that is to run.
     *
     * @param key what it is to be known by in its pool: 1 to 512 characters
     * @param payload what its handler gets; must not be changed until the plan was returned
     * @param attempts how many a task has, 1 to 1,000, or 0 for as many as {@link WorkerOptions#attempts} says
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Start(String key, byte[] payload, int attempts) {
        /** Throws {@link IllegalArgumentException} when a value is out of its range. */
        public Start {
            Names.requireJobKey(key);
            Objects.requireNonNull(payload, "payload");
            require("attempts", attempts, 0, 1_000);
        }
    }

    /** Changes nothing. */
    public static Plan nothing() {
        return new Plan(List.of(), Set.of(), false);
    }

    /** This plan, and a job that is to run. */
    public Plan starting(String key, byte[] payload) {
        return starting(new Start(key, payload, 0));
    }

    /**
     * This plan, and a job that is to run. Each call copies those before: a plan of thousands is made with {@link
     * #Plan(List, Set, boolean)}.
     */
    public Plan starting(Start job) {
        List<Start> all = new ArrayList<>(start);
        all.add(job);
        return new Plan(all, stop, stopOthers);
    }

    /** This plan, and jobs that are to end. */
    public Plan stopping(Collection<String> keys) {
        Set<String> all = new HashSet<>(stop);
        all.addAll(keys);
        return new Plan(start, all, stopOthers);
    }

    /** This plan, and all other jobs that the schedule has started are to end. */
    public Plan stoppingOthers() {
        return new Plan(start, stop, true);
    }
}
