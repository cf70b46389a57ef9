package dev.pulse.camel.pool;

/** How long a job lives. */
public enum JobMode {
    /** Until somebody stops it. */
    SERVICE,
    /** Until an exchange of it has done it. */
    TASK
}
