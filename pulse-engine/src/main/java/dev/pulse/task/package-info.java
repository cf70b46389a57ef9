/** Virtual threads, loops, back-off and signals: the one place that starts threads and sleeps; not exported. */
@NullMarked
package dev.pulse.task;

import org.jspecify.annotations.NullMarked;
