package dev.pulse.camel.pool;

/** How long a job lives. */
public enum JobMode {
    /** Until somebody stops it. */
    SERVICE,
    /** Until the exchange of its start is complete. */
    TASK
}
