package dev.pulse.pool.internal.timed;

import dev.pulse.wire.PoolKeys;
import java.util.List;

/** What can have a timetable. */
enum Kind {
    TICKER("tick"),
    SCHEDULE("sched");

    private final String word;

    Kind(String word) {
        this.word = word;
    }

    /** What scripts call it. */
    String word() {
        return word;
    }

    /** The key of all of the kind. */
    String all(PoolKeys keys) {
        return this == TICKER ? keys.tickers() : keys.schedules();
    }

    /** The key of one. */
    String one(PoolKeys keys, String name) {
        return this == TICKER ? keys.ticker(name) : keys.schedule(name);
    }

    /** The key of who listens to one. */
    String listeners(PoolKeys keys, String name) {
        return this == TICKER ? keys.tickerListeners(name) : keys.schedulePlanners(name);
    }

    /** All keys of one. */
    List<String> keysOf(PoolKeys keys, String name) {
        return this == TICKER
                ? List.of(keys.ticker(name), keys.tickerListeners(name))
                : List.of(keys.schedule(name), keys.schedulePlanners(name), keys.plan(name), keys.scheduledJobs(name));
    }
}
