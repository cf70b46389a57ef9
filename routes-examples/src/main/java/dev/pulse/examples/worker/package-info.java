/**
 * Payments worked off without Camel: retries by back-off, refusals settled by hand after some attempts, and balances
 * rebuilt from the oldest event on.
 */
@NullMarked
package dev.pulse.examples.worker;

import org.jspecify.annotations.NullMarked;
