/** What the READMEs show; a test holds the two together. */
@NullMarked
package dev.pulse.examples.readme;

import org.jspecify.annotations.NullMarked;
