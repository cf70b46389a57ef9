/** Benchmarks of the engine beside its peers, all on one Redis in one run, so that ratios mean something. */
@NullMarked
package dev.pulse.jmh;

import org.jspecify.annotations.NullMarked;
