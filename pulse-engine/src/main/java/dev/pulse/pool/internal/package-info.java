/** How worker pools work; not exported. */
@NullMarked
package dev.pulse.pool.internal;

import org.jspecify.annotations.NullMarked;
