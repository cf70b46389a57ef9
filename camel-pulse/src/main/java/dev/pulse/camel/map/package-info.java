/** The endpoint {@code pulse-map:name}, and repositories of Camel's that are kept in a map. */
@NullMarked
package dev.pulse.camel.map;

import org.jspecify.annotations.NullMarked;
