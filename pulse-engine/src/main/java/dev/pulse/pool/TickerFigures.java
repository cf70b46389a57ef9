package dev.pulse.pool;

/**
 * How one listener of a ticker gets on, since it was registered.
 *
 * @param fired how many firings its handler took
 * @param failed how many of these it threw on
 * @param missed how many due times the firings it took said were missed
 * @param busy whether a call of the handler runs
 */
public record TickerFigures(long fired, long failed, long missed, boolean busy) {}
