package dev.pulse.camel;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ShutdownStrategy;

/** How long Camel waits for what is in flight. */
public final class ShutdownTimeout {
    /** The most that the engine waits. */
    static final Duration LONGEST = Duration.ofHours(1);

    private ShutdownTimeout() {}

    /** In this context, an hour at most. */
    public static Duration of(CamelContext context) {
        ShutdownStrategy strategy = context.getShutdownStrategy();
        Duration timeout =
                Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
        return timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
    }

    /** What is left of it when something is stopped: nothing once its time is up, for Camel stops what is still there then. */
    public static Duration left(CamelContext context) {
        ShutdownStrategy strategy = context.getShutdownStrategy();
        return strategy.isForceShutdown() || strategy.hasTimeoutOccurred() ? Duration.ZERO : of(context);
    }
}
