package dev.pulse.camel;

import dev.pulse.Pulse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The engines that the Pulse components of one CamelContext made: one for each distinct connection, shared by all
 * consumers and producers that use it, closed when the last of them stopped. An embedded Redis lives until the context
 * stops, since its content goes with it.
 */
final class PulseEngines extends ServiceSupport {
    private static final ReentrantLock MAKING = new ReentrantLock();

    private final CamelContext context;
    private final ReentrantLock counting = new ReentrantLock();
    private final Map<EngineSettings, Shared> engines = new HashMap<>();

    private static final class Shared {
        private final Pulse pulse;
        private int users;

        Shared(Pulse pulse) {
            this.pulse = pulse;
        }
    }

    private PulseEngines(CamelContext context) {
        this.context = context;
    }

    /** The one of this context. */
    static PulseEngines of(CamelContext context) {
        MAKING.lock();
        try {
            PulseEngines engines = context.hasService(PulseEngines.class);
            if (engines == null) {
                engines = new PulseEngines(context);
                context.addService(engines, true, true);
            }
            return engines;
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        } finally {
            MAKING.unlock();
        }
    }

    /** Connects, or shares the engine that is connected already. */
    EngineLease acquire(EngineSettings settings) {
        counting.lock();
        try {
            Shared shared = engines.computeIfAbsent(settings, key -> new Shared(key.connect(context)));
            shared.users++;
            return new EngineLease(shared.pulse, () -> release(settings, shared));
        } finally {
            counting.unlock();
        }
    }

    private void release(EngineSettings settings, Shared shared) {
        counting.lock();
        try {
            shared.users--;
            if (shared.users > 0 || settings.isEmbedded() || !engines.remove(settings, shared)) {
                return;
            }
        } finally {
            counting.unlock();
        }
        shared.pulse.close();
    }

    @Override
    protected void doStop() {
        List<Shared> left;
        counting.lock();
        try {
            left = List.copyOf(engines.values());
            engines.clear();
        } finally {
            counting.unlock();
        }
        left.forEach(shared -> shared.pulse.close());
    }
}
