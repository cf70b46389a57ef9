package dev.pulse.camel;

import dev.pulse.PulseEvent;
import dev.pulse.PulseListener;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.ExceptionHandler;

/**
 * Tells the exception handler of a consumer what keeps it from reading: once when it begins, however many loops are
 * concerned. The reading goes on by itself meanwhile. Thread-safe.
 */
public final class ReadErrors implements PulseListener {
    private final ExceptionHandler handler;
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    /** Tells this one. */
    public ReadErrors(ExceptionHandler handler) {
        this.handler = handler;
    }

    @Override
    public void onEvent(PulseEvent event) {
        switch (event) {
            case PulseEvent.ConnectionLost lost -> lost(lost.loop(), lost.cause());
            case PulseEvent.ConnectionRestored restored -> restored(restored.loop());
            case PulseEvent.StreamDestroyed destroyed ->
                tell("stream " + destroyed.stream() + " was destroyed; nothing more of it is consumed");
            default -> {
                // the log has it, and it does not keep from reading
            }
        }
    }

    /** This loop cannot read. */
    public void lost(String loop, String cause) {
        boolean first = failing.isEmpty();
        if (failing.add(loop) && first) {
            tell(loop + ": " + cause);
        }
    }

    /** It can again. */
    public void restored(String loop) {
        failing.remove(loop);
    }

    private void tell(String what) {
        // whoever calls has to go on reading, whatever the route's error handler does
        Thread.ofVirtual()
                .name("pulse read error")
                .start(() -> handler.handleException("Error reading", new RuntimeCamelException(what)));
    }
}
