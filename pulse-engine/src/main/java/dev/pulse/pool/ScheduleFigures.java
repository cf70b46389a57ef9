package dev.pulse.pool;

/**
 * How one planner of a schedule gets on, since it was registered.
 *
 * @param planned how many plans it made that were taken
 * @param failed how often it threw
 * @param lost how many plans were thrown away, because their claim was lost
 * @param done how often a job was brought to what a plan says, by this node: started or stopped, or found so already
 * @param failedItems how often that failed
 * @param open how many jobs this node is still to start or stop for the present plan
 */
public record ScheduleFigures(long planned, long failed, long lost, long done, long failedItems, int open) {}
