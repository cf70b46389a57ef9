package dev.pulse.camel;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;

/** Remembers what an exception handler is told. */
public final class ToldExceptions implements ExceptionHandler {
    private final Queue<Throwable> told = new ConcurrentLinkedQueue<>();

    /** In the order of telling. */
    public List<Throwable> all() {
        return List.copyOf(told);
    }

    @Override
    public void handleException(Throwable exception) {
        told.add(exception);
    }

    @Override
    public void handleException(String message, Throwable exception) {
        told.add(exception);
    }

    @Override
    public void handleException(String message, @Nullable Exchange exchange, Throwable exception) {
        told.add(exception);
    }
}
