/** How replicated maps work; not exported. {@link dev.pulse.map.internal.Maps} is the way in. */
@NullMarked
package dev.pulse.map.internal;

import org.jspecify.annotations.NullMarked;
