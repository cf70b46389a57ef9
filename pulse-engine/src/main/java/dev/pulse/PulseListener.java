package dev.pulse;

/**
 * Is told of each change of state in the background. Called on one virtual thread of its own, one event after another;
 * a slow listener delays nobody, and when it falls 1,000 events behind, further ones are dropped, counted and logged.
 */
@FunctionalInterface
public interface PulseListener {
    /** Takes one event. It may block. What it throws is logged, and the next event is told all the same. */
    void onEvent(PulseEvent event);
}
