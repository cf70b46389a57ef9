package dev.pulse.stream;

/**
 * Works on one event. Runs on a virtual thread and may block; in a sink up to {@link SinkOptions#concurrency} run at once,
 * in a reader one after another. It is interrupted when closing has waited long enough, or when the event's longest
 * processing time is over.
 */
@FunctionalInterface
public interface EventHandler<T> {
    /**
     * Works on the event. In a sink, returning acknowledges it, and a throw has it delivered again after a back-off. In
     * a reader, a throw is logged and counted, and reading goes on.
     */
    void handle(Event<T> event) throws Exception;
}
