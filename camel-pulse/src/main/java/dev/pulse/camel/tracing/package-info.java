/** What camel-telemetry is told about Pulse endpoints, where it is on the class path. */
@NullMarked
package dev.pulse.camel.tracing;

import org.jspecify.annotations.NullMarked;
