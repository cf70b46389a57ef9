/**
 * Sign-ups that become jobs of a worker pool: who signs up gets a series of mails, worker processes share the series, a flag
 * in a map says how fast they are to be, and whoever kills a worker sees its jobs go on in another. With Camel and without.
 */
@NullMarked
package dev.pulse.examples.pool;

import org.jspecify.annotations.NullMarked;
