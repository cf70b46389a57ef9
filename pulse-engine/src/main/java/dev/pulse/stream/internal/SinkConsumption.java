package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The loops that read a sink's events, one for each intake, and pass them to the handlers. They read no more than may be
 * in flight. Closing: reading ends, what was not begun is given back, what was begun may finish until the deadline, then
 * it is interrupted.
 */
final class SinkConsumption<T> implements Consumption {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final StreamSink<T> sink;
    private final SinkOptions options;
    private final Room<T> room;
    private final SinkHandlers<T> handlers;
    private final @Nullable KeyOrder<T> order;
    private final int leastRead;
    private final Map<SinkIntake<T>, Loop> loops = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    /**
     * @param leastRead how much room there has to be for a read
     */
    SinkConsumption(StreamSink<T> sink, int leastRead, DeliveryHandler<T> handler) {
        this.sink = sink;
        this.options = sink.options();
        this.room = sink.room();
        this.leastRead = leastRead;
        this.handlers = new SinkHandlers<>(sink, handler, this::returned);
        this.order = options.orderBy()
                .map(key -> new KeyOrder<>(key, handlers::execute))
                .orElse(null);
        if (order != null) {
            room.whenSettled(order::passOn);
        }
    }

    /** Reads what this intake brings too, from now on. */
    void read(SinkIntake<T> intake) {
        Loop loop = loops.computeIfAbsent(intake, this::start);
        if (stopped) {
            loop.stop();
        }
    }

    private Loop start(SinkIntake<T> intake) {
        Wakeup waiter = room.waiter();
        return Loop.start(sink.signals().loop(intake.loopName(), false), () -> turn(intake, waiter));
    }

    private void turn(SinkIntake<T> intake, Wakeup waiter) throws InterruptedException {
        if (intake.isOver()) {
            room.forget(waiter);
            loops.remove(intake);
            if (!intake.isOver()) {
                // the stream came back at this very moment
                read(intake);
            }
            throw new Loop.Over(new IllegalStateException("its stream was removed"));
        }
        int readers = sink.sources().intakes().size();
        int free = room.free();
        if (free < Math.max(1, leastRead / readers)) {
            waiter.await(options.blockTime());
        } else {
            read(intake, Math.max(1, Math.min(options.batchSize(), free) / readers))
                    .forEach(this::accept);
        }
    }

    private List<SinkDelivery<T>> read(SinkIntake<T> intake, int count) throws InterruptedException {
        try {
            return intake.read(count, options.blockTime());
        } catch (StreamDestroyedException e) {
            throw new Loop.Over(e);
        }
    }

    /** Has the handler run on it as soon as a thread is free. */
    void accept(SinkDelivery<T> delivery) {
        if (order == null) {
            handlers.execute(delivery);
        } else {
            try {
                order.accept(delivery);
            } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
                // the user's function: as if the handler had failed
                if (delivery.begin()) {
                    delivery.end();
                    handlers.failed(delivery, e);
                }
            }
        }
        if (stopped || !delivery.source().isRead()) {
            delivery.giveBackUnbegun();
        }
    }

    /** It waits for another try. */
    void parked(SinkDelivery<T> delivery) {
        if (order != null) {
            order.parked(delivery);
        }
    }

    private void returned(SinkDelivery<T> delivery) {
        if (order != null) {
            order.returned(delivery);
        }
    }

    @Override
    public void stop() {
        stopped = true;
        handlers.stop();
        loops.values().forEach(Loop::stop);
        room.wake();
        // at once, however long the handlers still take
        sink.giveBack();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether the calling thread runs a handler. */
    boolean isCalledFromHandler() {
        return handlers.isCurrentThread();
    }

    @Override
    public CloseResult close(Duration drain) {
        long deadline = Deadlines.after(drain);
        stop();
        if (isCalledFromHandler()) {
            // two handlers that close would wait for each other
            Tasks.start(sink.loopName("close"), () -> close(deadline));
            return CloseResult.drained();
        }
        return close(deadline);
    }

    CloseResult close(long deadline) {
        stop();
        CloseResult result = drain(deadline);
        sink.giveBack();
        return result;
    }

    private CloseResult drain(long deadline) {
        try {
            if (endReading(deadline) && handlers.awaitDrained(deadline)) {
                return CloseResult.drained();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean idle = handlers.isDrained();
        loops.values().forEach(Loop::interrupt);
        handlers.interrupt();
        if (Deadlines.hardPhase(end -> joined(end) && handlers.awaitReturned(end))) {
            return idle ? CloseResult.drained() : new CloseResult(CloseResult.How.INTERRUPTED, List.of());
        }
        return new CloseResult(CloseResult.How.ABANDONED, handlers.problems());
    }

    /** Ends the blocked reads without losing what Redis may be handing out at this moment. */
    private boolean endReading(long deadline) throws InterruptedException {
        if (loops.values().stream().anyMatch(Loop::isCurrentThread)) {
            return true;
        }
        while (!joined(Math.min(deadline, System.nanoTime() + LOOK_AGAIN.toNanos()))) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            for (SinkIntake<T> intake : loops.keySet()) {
                try {
                    intake.unblock(sink.engine().redis().withTimeout(Deadlines.HARD));
                } catch (PulseException e) {
                    // Redis is away, or forbids it: the read ends with its connection
                    intake.close();
                }
            }
        }
        return true;
    }

    private boolean joined(long deadline) throws InterruptedException {
        boolean joined = true;
        for (Loop loop : loops.values()) {
            joined &= loop.join(deadline);
        }
        return joined;
    }

    @Override
    public void close() {
        close(Deadlines.DEFAULT_DRAIN);
    }

    @Override
    public boolean isFinished() {
        return stopped && loops.values().stream().allMatch(Loop::isFinished) && handlers.isIdle();
    }
}
