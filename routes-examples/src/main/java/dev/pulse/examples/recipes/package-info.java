/** The recipes, each a file of its own that can be pasted into an empty project. */
@NullMarked
package dev.pulse.examples.recipes;

import org.jspecify.annotations.NullMarked;
