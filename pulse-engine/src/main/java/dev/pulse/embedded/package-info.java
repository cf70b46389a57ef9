/** A real Redis in one line, for development, demonstrations and tests; not for production. */
@NullMarked
package dev.pulse.embedded;

import org.jspecify.annotations.NullMarked;
