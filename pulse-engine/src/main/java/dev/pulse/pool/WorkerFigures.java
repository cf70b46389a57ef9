package dev.pulse.pool;

/**
 * How a worker gets on. From {@code started} on they count from its beginning, whatever ids it had.
 *
 * @param jobs how many it owns and has not ended
 * @param waiting how many of them wait for room, because {@link WorkerOptions#maxJobs} run
 * @param hanging how many calls of its handler do not return, as {@link dev.pulse.PulseEvent.JobHung} tells
 * @param started starts that succeeded
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
        long failedStarts,
        long failedStops,
        long failedNotifications,
        long failedMessages,
        long dropped,
        long lostLeases) {}
