/** {@code pulse-stream:name}: appends events to a stream, or reads every one of them with a cursor of its own. */
@NullMarked
package dev.pulse.camel.stream;

import org.jspecify.annotations.NullMarked;
