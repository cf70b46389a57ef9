package dev.pulse.camel;

import org.apache.camel.support.DefaultHeaderFilterStrategy;

/** Keeps headers that begin with {@code Camel} inside Camel, both ways: they steer routes, and are no part of an event. */
public class PulseHeaderFilterStrategy extends DefaultHeaderFilterStrategy {
    public PulseHeaderFilterStrategy() {
        setLowerCase(true);
        setOutFilterStartsWith(CAMEL_FILTER_STARTS_WITH);
        setInFilterStartsWith(CAMEL_FILTER_STARTS_WITH);
    }
}
