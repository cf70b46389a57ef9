/**
 * Camel endpoints over the Pulse engine. What they share is here: how an engine is found and shared, how messages become
 * events and events messages; {@code dev.pulse.camel.stream}, {@code dev.pulse.camel.sink} and {@code dev.pulse.camel.map}
 * have one endpoint each.
 */
@NullMarked
package dev.pulse.camel;

import org.jspecify.annotations.NullMarked;
