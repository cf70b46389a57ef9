/**
 * Pictures whose thumbnails are tasks: some need another attempt, some are dead until somebody mends what they lack; a schedule
 * keeps a poller for each tenant, a ticker tells how it gets on, each in one of two studios. With Camel and without.
 */
@NullMarked
package dev.pulse.examples.tasks;

import org.jspecify.annotations.NullMarked;
