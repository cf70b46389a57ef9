package dev.pulse.faults;

/** What the engine's README promises of streams, by the numbers it has there. */
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
    P16
}
