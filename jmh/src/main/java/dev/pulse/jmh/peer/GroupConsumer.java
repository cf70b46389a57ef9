package dev.pulse.jmh.peer;

/**
 * A client that works off a stream as one consumer of a group: each event is handled and then acknowledged, up to
 * {@value #CONCURRENCY} at once, if not said otherwise.
 */
public interface GroupConsumer extends AutoCloseable {
    /** How many events are handled at once, and how many one read takes. */
    int CONCURRENCY = 1_000;

    /** What is done with an event; cheap, for what is compared is the way to it and back. */
    @FunctionalInterface
    interface Handler {
        void handle(byte[] payload);
    }

    /** Ends what was begun. */
    @FunctionalInterface
    interface End {
        void end() throws Exception;
    }

    /**
     * Makes a group that begins with the oldest event, and has its events handled and acknowledged, in threads of its
     * own. It is ended when all are acknowledged.
     */
    End begin(String group, Handler handler) throws Exception;

    @Override
    void close();
}
