/** The entry point of the library, {@link dev.pulse.Pulse}, with what all its parts share: errors, health, events. */
@NullMarked
package dev.pulse;

import org.jspecify.annotations.NullMarked;
