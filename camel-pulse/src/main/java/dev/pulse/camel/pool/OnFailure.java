package dev.pulse.camel.pool;

/** What happens to a task whose exchange failed. */
public enum OnFailure {
    /** It is tried again after the back-off; after the last attempt it is dead. */
    RETRY,
    /** It is tried again after the shortest back-off, for as long as it takes: no attempt is counted. */
    AGAIN,
    /** It is dead at once. */
    DEAD,
    /** It is done, as if nothing had happened. */
    DONE
}
