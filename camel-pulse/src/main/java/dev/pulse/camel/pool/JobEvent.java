package dev.pulse.camel.pool;

import java.util.Locale;

/** What can become an exchange. */
enum JobEvent {
    /** A job begins here, or an attempt to do it. */
    START,
    /** A job that was begun here ends, or goes elsewhere. */
    STOP,
    /** Something was sent to a job. */
    NOTIFY,
    /** Something was sent to a key. */
    MESSAGE;

    /** As options and headers name it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
