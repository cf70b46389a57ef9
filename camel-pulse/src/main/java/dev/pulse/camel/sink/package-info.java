/** {@code pulse-sink:stream/sinkName}: a member of a sink, which acks each event when its exchange completes. */
@NullMarked
package dev.pulse.camel.sink;

import org.jspecify.annotations.NullMarked;
