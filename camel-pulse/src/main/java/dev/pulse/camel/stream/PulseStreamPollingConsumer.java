package dev.pulse.camel.stream;

import dev.pulse.camel.EngineLease;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.support.PollingConsumerSupport;
import org.jspecify.annotations.Nullable;

/**
 * A reader that reads one event when it is asked for one, and none ahead, as {@code pollEnrich} does. Its offset is stored
 * when the exchange that the event goes into is complete.
 */
class PulseStreamPollingConsumer extends PollingConsumerSupport {
    private static final Duration LONGEST = Duration.ofHours(24);
    /** Between two looks whether it was stopped. */
    private static final Duration SLICE = Duration.ofSeconds(1);

    private final PulseStreamEndpoint endpoint;
    private final EventMapping mapping;
    /** One cursor: those who ask at once take turns. */
    private final Semaphore turn = new Semaphore(1, true);

    private volatile @Nullable Opened opened;

    /** What it holds while it runs. */
    private record Opened(EngineLease engine, Offsets offsets, Reader<byte[]> reader, Progress progress) {}

    PulseStreamPollingConsumer(PulseStreamEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        Offsets offsets = new Offsets(endpoint, getExceptionHandler());
        offsets.start();
        EngineLease engine = endpoint.acquireEngine();
        try {
            StartAt start = offsets.kept()
                    .map(StartAt::after)
                    .orElseGet(() -> StartOption.parse(endpoint.getReading().getStartAt()));
            Reader<byte[]> reader = engine.pulse().stream(endpoint.getName())
                    .reader(endpoint.readerOptions(start, mapping).build());
            Progress progress = new Progress(reader.cursor());
            offsets.keep(progress::position);
            opened = new Opened(engine, offsets, reader, progress);
        } finally {
            if (opened == null) {
                engine.close();
            }
        }
    }

    @Override
    public @Nullable Exchange receive() {
        Exchange exchange;
        do {
            exchange = poll(SLICE);
        } while (exchange == null && isRunAllowed() && !Thread.currentThread().isInterrupted());
        return exchange;
    }

    @Override
    public @Nullable Exchange receiveNoWait() {
        return poll(Duration.ZERO);
    }

    @Override
    public @Nullable Exchange receive(long timeout) {
        return poll(Duration.ofMillis(Math.clamp(timeout, 0, LONGEST.toMillis())));
    }

    private @Nullable Exchange poll(Duration longest) {
        Opened with = opened;
        if (with == null) {
            throw new IllegalStateException("the polling consumer of stream " + endpoint.getName() + " is not started");
        }
        long deadline = System.nanoTime() + longest.toNanos();
        try {
            if (!turn.tryAcquire() && !turn.tryAcquire(longest.toNanos(), TimeUnit.NANOSECONDS)) {
                return null;
            }
            try {
                return next(with, deadline);
            } finally {
                turn.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable Exchange next(Opened with, long deadline) throws InterruptedException {
        while (true) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            List<Event<byte[]>> events = with.reader().poll(1, left);
            if (events.isEmpty()) {
                return null;
            }
            Ending ending = ending(with, events.getFirst().id());
            Exchange exchange = endpoint.createExchange();
            mapping.fill(exchange, events.getFirst());
            Exception unreadable = exchange.getException();
            if (unreadable == null) {
                exchange.getExchangeExtension().addOnCompletion(ending);
                return exchange;
            }
            getExceptionHandler().handleException("Error reading event", exchange, unreadable);
            ending.end(true);
        }
    }

    /** Whoever never completes what he received has its offset stay where it is, and costs memory only then. */
    private static Ending ending(Opened with, EventId id) {
        if (!with.offsets().areKept()) {
            return new Ending(succeeded -> {});
        }
        List<Progress.Step> step = List.of(with.progress().begin(id));
        return new Ending(succeeded -> {
            with.progress().done(step);
            with.offsets().keep(with.progress()::position);
        });
    }

    @Override
    protected void doStop() throws Exception {
        Opened with = opened;
        opened = null;
        if (with != null) {
            with.reader().close();
            with.engine().close();
        }
        super.doStop();
    }
}
