/** What the Pulse endpoints of a CamelContext have in hand, and who looks at it: Camel's developer console and meters. */
@NullMarked
package dev.pulse.camel.watch;

import org.jspecify.annotations.NullMarked;
