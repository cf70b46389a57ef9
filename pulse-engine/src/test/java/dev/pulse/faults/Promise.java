package dev.pulse.faults;

/** What the engine's README promises, by the numbers it has there. */
public enum Promise {
    /** Added: what was added reaches each sink. */
    P1,
    /** Once: nothing is delivered twice but what a fault caught in flight. */
    P2,
    /** Taken over: what a killed consumer held is delivered again in time. */
    P3,
    /** In order: a reader has no gap, repeat or reordering that it does not report. */
    P4,
    /** By key: a key, or a whole sink, is in one handler at a time. */
    P5,
    /** In one place: a job key runs on one worker at a time. */
    P6,
    /** Runs again: an accepted job runs again in time when its owner dies, and is never lost. */
    P7,
    /** Stopped: an acknowledged stop is final. */
    P8,
    /** Replicas agree: with Redis, soon after it is healed, and never back to what was before. */
    P9,
    /** On time: a ticker fires once per period, and at most once is missed when its owner dies. */
    P10,
    /** Alive: loops show what hinders them, and go on by themselves. */
    P11,
    /** Bounded: how long calls and closing take. */
    P12,
    /** Cheap: little is spent on a Redis that is gone. */
    P13,
    /** Clean: nothing is left behind. */
    P14,
    /** Added once: one event per key and window. */
    P15,
    /** Ended: nothing late of an incarnation reaches the next. */
    P16,
    /** Dispatched once: an id starts one job at most, and its outcome can be read by anyone. */
    P17,
    /** Planned once: one plan per due time, which stops only what its schedule started and whose failures hold up nothing. */
    P18
}
