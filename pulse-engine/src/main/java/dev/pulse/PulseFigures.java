package dev.pulse;

import java.time.Duration;

/**
 * How quickly Redis answers this engine, as a caller sees it: from the call of a short command, or of some in one
 * pipeline, to its return, waiting in the queue included. Blocking reads are not among them, nor are calls that failed.
 * One call in a millisecond is measured at most; what is told is about the last minute or two.
 *
 * @param measured how many calls were measured; the others are zero when none was
 * @param median half of them took no longer, to a fifth exactly
 * @param p99 99 in 100 of them took no longer, to a fifth exactly
 * @param longest what the longest took
 */
public record PulseFigures(long measured, Duration median, Duration p99, Duration longest) {}
