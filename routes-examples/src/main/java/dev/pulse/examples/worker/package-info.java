/**
 * Payments worked off without Camel: retries by back-off, dead letters that are replayed when their cause is mended, the
 * payments of each customer in order among parallel handlers, and balances rebuilt from the oldest event on.
 */
@NullMarked
package dev.pulse.examples.worker;

import org.jspecify.annotations.NullMarked;
