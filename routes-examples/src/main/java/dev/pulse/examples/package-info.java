/** Programs to run and to read. {@link dev.pulse.examples.Examples} starts one by its name. */
@NullMarked
package dev.pulse.examples;

import org.jspecify.annotations.NullMarked;
