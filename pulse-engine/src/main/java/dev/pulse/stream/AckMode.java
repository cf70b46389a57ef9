package dev.pulse.stream;

/** Who acknowledges the events of a sink. */
public enum AckMode {
    /** The sink, when the handler of {@link Sink#consume} returns. What is polled or consumed manually is settled by hand. */
    AUTO,
    /** Whoever has the {@link Delivery}, by {@link Sink#poll} or {@link Sink#consumeManually}; {@code consume} is refused. */
    MANUAL,
    /**
     * Nobody: Redis counts an event as done when it hands it out, so each is delivered at most once. What fails is logged
     * and not tried again, and what was read and not begun is lost when the consumer closes or dies. A {@link Delivery} need
     * not be settled. Go's {@code NoAck}.
     */
    NONE
}
