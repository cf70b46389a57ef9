package dev.pulse.camel.stream;

import dev.pulse.camel.StartOption;
import dev.pulse.stream.EventId;
import dev.pulse.stream.StartAt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.spi.StateRepository;
import org.jspecify.annotations.Nullable;

/**
 * How far a consumer has come, in a repository of the user's; where there is none, nothing is kept. A repository that fails
 * is told to the exception handler once, and tried again with the next event: what was not stored is consumed again after
 * a restart. Thread-safe.
 */
final class Offsets {
    private final @Nullable StateRepository<String, String> repository;
    private final String key;
    private final StartAt otherwise;
    private final ExceptionHandler exceptionHandler;
    private final CamelContext context;
    private final AtomicInteger wishes = new AtomicInteger();
    private volatile boolean failing;

    Offsets(PulseStreamEndpoint endpoint, ExceptionHandler exceptionHandler) {
        ReadingConfiguration options = endpoint.getReading();
        this.repository = options.getOffsetRepository();
        this.key = options.getOffsetKey() != null ? options.getOffsetKey() : endpoint.getName();
        this.otherwise = StartOption.parse(options.getStartAt());
        this.exceptionHandler = exceptionHandler;
        this.context = endpoint.getCamelContext();
    }

    /** Before the first use. The repository runs until the context stops, for others may use it as well. */
    void start() throws Exception {
        if (repository != null) {
            context.addService(repository, true, true);
        }
    }

    /** Whether there is a repository. */
    boolean areKept() {
        return repository != null;
    }

    /** Where a consumer begins that starts: after what was kept last, else where its options say. */
    StartAt beginning() {
        String text = repository == null ? null : repository.getState(key);
        if (text == null) {
            return otherwise;
        }
        try {
            return StartAt.after(EventId.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "offsetRepository keeps ids of events, has \"" + text + "\" for \"" + key + "\"", e);
        }
    }

    /**
     * Keeps it, if it is the newest wish when its turn comes: one thread at a time writes, and no other waits for it. When
     * all calls have returned, the last one is kept.
     */
    void keep(Supplier<EventId> current) {
        if (repository == null || wishes.getAndIncrement() > 0) {
            return;
        }
        int granted;
        do {
            granted = wishes.get();
            write(repository, current.get());
        } while (wishes.addAndGet(-granted) > 0);
    }

    private void write(StateRepository<String, String> to, EventId id) {
        try {
            to.setState(key, id.toString());
            failing = false;
        } catch (RuntimeException e) {
            if (!failing) {
                failing = true;
                exceptionHandler.handleException(
                        "Offset " + id + " of \"" + key + "\" cannot be stored, which is tried again", e);
            }
        }
    }
}
