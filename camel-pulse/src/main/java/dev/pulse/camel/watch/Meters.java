package dev.pulse.camel.watch;

import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Finds the meters of a context, for which Micrometer has to be on the class path; all that needs it is behind this class. */
final class Meters {
    private static final String MICROMETER = "io.micrometer.core.instrument.MeterRegistry";

    private Meters() {}

    /** Null where there is no Micrometer, or no registry of meters in the context. */
    static Inventory.@Nullable Watcher in(CamelContext context) {
        return context.getClassResolver().resolveClass(MICROMETER) == null ? null : PulseMeters.in(context);
    }
}
