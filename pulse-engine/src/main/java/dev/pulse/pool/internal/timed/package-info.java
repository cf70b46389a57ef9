/**
 * What a pool does at certain times: tickers and schedules. Due times are a matter of {@code DueTimes}, one listener's knowledge
 * of its own a matter of {@code Position}; all that a handle of a pool listens to is kept known in Redis by {@code Listening}.
 * Not exported.
 */
@NullMarked
package dev.pulse.pool.internal.timed;

import org.jspecify.annotations.NullMarked;
