package dev.pulse.pool.internal.timed;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The dispatch ids of jobs that schedules start: {@code schedule/<schedule>/<due>/<key>}, with {@code #<n>} after the n-th start
 * that failed. Nobody else may use ids that begin so: they tell whose a job is, also when Redis has lost that.
 */
public final class ScheduledId {
    private static final String PREFIX = "schedule/";
    private static final Pattern TRIES = Pattern.compile("#[1-9]\\d*$");
    private static final Pattern DUE = Pattern.compile("/\\d+$");

    private ScheduledId() {}

    static String of(String schedule, long due, String key, int tries) {
        return PREFIX + schedule + '/' + due + '/' + key + (tries == 0 ? "" : "#" + tries);
    }

    /**
     * @throws IllegalArgumentException when only schedules may dispatch with this id
     */
    public static void requireNone(String id) {
        if (id.startsWith(PREFIX)) {
            throw new IllegalArgumentException("dispatch id does not begin with " + PREFIX
                    + ", which is reserved for schedules, was \"" + id + '"');
        }
    }

    /** The schedule that has started the job of this key with this id; empty when none has. */
    public static Optional<String> scheduleOf(String id, String key) {
        if (!id.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String end = "/" + key;
        String job = id.endsWith(end) ? id : TRIES.matcher(id).replaceFirst("");
        if (!job.endsWith(end)) {
            return Optional.empty();
        }
        String due = job.substring(0, job.length() - end.length());
        String schedule = DUE.matcher(due).replaceFirst("");
        return schedule.length() > PREFIX.length() && schedule.length() < due.length()
                ? Optional.of(schedule.substring(PREFIX.length()))
                : Optional.empty();
    }
}
