/** The endpoint {@code pulse-pool:name}, and Camel's clusters on top of pools. */
@NullMarked
package dev.pulse.camel.pool;

import org.jspecify.annotations.NullMarked;
