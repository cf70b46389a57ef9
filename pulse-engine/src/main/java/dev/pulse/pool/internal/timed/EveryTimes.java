package dev.pulse.pool.internal.timed;

/**
 * Due once per period.
 *
 * @param period in ms
 */
record EveryTimes(long period) implements DueTimes {
    @Override
    public long after(long moment) {
        return moment + period;
    }

    @Override
    public Passed passed(long due, long now, int most) {
        long behind = Math.max(0, now - due) / period;
        long skipped = Math.max(0, behind - most + 1);
        return new Passed(skipped, due + skipped * period, due + behind * period);
    }
}
