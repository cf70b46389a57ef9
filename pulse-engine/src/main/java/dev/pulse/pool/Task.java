package dev.pulse.pool;

/** A job that runs to its end, as its handler sees it. Thread-safe. */
public interface Task extends Job {
    /** Which attempt this is, from 1 on. */
    int attempt();

    /** How many attempts it has; what fails in the last one is dead. */
    int attempts();
}
