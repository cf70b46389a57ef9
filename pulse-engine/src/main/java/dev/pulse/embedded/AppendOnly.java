package dev.pulse.embedded;

/** What an {@link EmbeddedRedis} writes to its append-only file, and so what a restart and a kill leave. */
public enum AppendOnly {
    /** No file: a restart begins empty, unless {@code --save} is among the arguments. */
    NONE,
    /** Synchronized to disk once a second: a restart loses nothing; a crash of the machine, about a second. */
    EVERY_SECOND,
    /** Synchronized before each reply: what was answered is kept. */
    ALWAYS
}
