/** How pools work; see {@link dev.pulse.pool}. */
@NullMarked
package dev.pulse.pool.internal;

import org.jspecify.annotations.NullMarked;
