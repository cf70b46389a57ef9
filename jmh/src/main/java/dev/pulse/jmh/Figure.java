package dev.pulse.jmh;

/**
 * A figure that is compared.
 *
 * @param name who or what has it
 * @param source the benchmark that measures it
 */
record Figure(String name, Case source, Metric metric) {}
