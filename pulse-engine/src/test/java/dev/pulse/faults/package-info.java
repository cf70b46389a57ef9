/**
 * The faults that streams must stand, and the harness for them: processes that write down what they do, faults drawn from
 * a seed, a checker that holds the histories against the promises, and a report.
 */
@NullMarked
package dev.pulse.faults;

import org.jspecify.annotations.NullMarked;
