package dev.pulse.camel.stream;

/** What a consumer does when events were lost before it read them. */
public enum GapPolicy {
    /** It goes on with what is there. */
    CONTINUE,
    /** It consumes nothing more; its route is suspended. */
    FAIL
}
