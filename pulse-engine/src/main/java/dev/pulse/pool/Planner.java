package dev.pulse.pool;

/** Decides which jobs of a schedule are to run. Called on a virtual thread, one call after another; it may block. */
@FunctionalInterface
public interface Planner {
    /**
     * Makes the plan for a due time. No other node plans meanwhile, however long it takes, as long as this one is alive and
     * reaches Redis; a plan of one that lost its claim is thrown away. Interrupted when closing the schedule takes too long,
     * and when the claim was lost.
     *
     * @throws Exception when there is no plan: it is logged and counted, the planner is asked again after a back-off of 1 s
     *     doubling to 1 min, and what runs goes on
     */
    Plan plan(Planning planning) throws Exception;
}
