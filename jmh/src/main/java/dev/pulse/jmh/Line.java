package dev.pulse.jmh;

/**
 * A line of the table: a figure, another one beside it, the same where there is none, and what is to be reached.
 *
 * @param work what is done
 */
record Line(String work, Figure ours, Figure other, Goal goal) {}
