package dev.pulse.pool;

/**
 * How a worker gets on. From {@code started} on they count from its beginning, whatever ids it had.
 *
 * @param jobs how many it owns and has not ended
 * @param waiting how many of them wait for room, because {@link WorkerOptions#maxJobs} run
 * @param hanging how many calls of its handler do not return, as {@link dev.pulse.PulseEvent.JobHung} tells
 * @param started starts that succeeded; of services, as are failed starts and stops
 * @param attempts tasks that were begun
 * @param done tasks that were done
 * @param failedAttempts attempts of tasks on which the handler threw
 * @param dead jobs that were given up here, after all their attempts or because their handler said so
 * @param failedStarts starts that threw or took too long
 * @param failedStops stops that threw
 * @param failedNotifications notifications on which the handler threw
 * @param failedMessages messages on which the handler threw
 * @param dropped what was sent to a job that ended before it came, and entries of its inbox that are none of ours
 * @param lostLeases how often it lost its lease, and joined anew
 */
public record WorkerFigures(
        int jobs,
        int waiting,
        int hanging,
        long started,
        long attempts,
        long done,
        long failedAttempts,
        long dead,
        long failedStarts,
        long failedStops,
        long failedNotifications,
        long failedMessages,
        long dropped,
        long lostLeases) {}
