package dev.pulse.stream.internal;

import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Durations;
import dev.pulse.task.Wakeup;
import dev.pulse.task.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that run a sink's handler. What is tried alone runs while no other does: should the process die then, it is
 * clear which event it was. Thread-safe.
 */
final class SinkHandlers<T> {
    private static final Logger LOG = LoggerFactory.getLogger(SinkHandlers.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final StreamSink<T> sink;
    private final SinkOptions options;
    private final DeliveryHandler<T> handler;
    private final Consumer<SinkDelivery<T>> returned;
    private final Workers workers;
    /** Runs those that are tried alone, one after another. */
    private final Workers lone;
    /** What handlers run on: not all of it is in flight still, for a handler can outlive its delivery. */
    private final Set<SinkDelivery<T>> handled = ConcurrentHashMap.newKeySet();
    /** What came up during a lone try. */
    private final Queue<SinkDelivery<T>> deferred = new ConcurrentLinkedQueue<>();

    private final Wakeup quiet = new Wakeup();
    private final Wakeup settled = new Wakeup();
    private volatile boolean loneTry;
    private volatile boolean stopped;

    /**
     * @param returned is told of each delivery whose handler has returned, or was not begun
     */
    SinkHandlers(StreamSink<T> sink, DeliveryHandler<T> handler, Consumer<SinkDelivery<T>> returned) {
        this.sink = sink;
        this.options = sink.options();
        this.handler = handler;
        this.returned = returned;
        String threads = sink.loopName("handler");
        this.workers = new Workers(threads, options.concurrency());
        this.lone = new Workers(threads, 1);
    }

    /** Has the handler run on it as soon as a thread is free. */
    void execute(SinkDelivery<T> delivery) {
        if (delivery.isAlone()) {
            lone.execute(() -> runAlone(delivery));
        } else {
            workers.execute(() -> run(delivery));
        }
    }

    private void run(SinkDelivery<T> delivery) {
        // in this order: a lone try says first that it is there, and then looks who runs
        handled.add(delivery);
        if (loneTry) {
            handled.remove(delivery);
            deferred.add(delivery);
            quiet.wake();
            if (!loneTry) {
                resume();
            }
        } else {
            handle(delivery);
            if (loneTry) {
                quiet.wake();
            }
        }
    }

    private void runAlone(SinkDelivery<T> delivery) {
        loneTry = true;
        try {
            while (!handled.isEmpty() && !stopped) {
                quiet.await(LOOK_AGAIN);
            }
            if (!stopped && delivery.source().beginsAlone(delivery)) {
                handled.add(delivery);
                handle(delivery);
            }
        } catch (InterruptedException e) {
            // nobody interrupts it before its handler runs
            delivery.giveBackUnbegun();
        } finally {
            loneTry = false;
            resume();
        }
    }

    /** Goes on with what would have begun beside a lone try. */
    private void resume() {
        for (SinkDelivery<T> next = deferred.poll(); next != null; next = deferred.poll()) {
            SinkDelivery<T> delivery = next;
            workers.execute(() -> run(delivery));
        }
    }

    /** Runs the handler on a delivery that is among those handled. */
    private void handle(SinkDelivery<T> delivery) {
        // once stopped nothing is begun; stopping gives it back
        if (!delivery.source().mayBegin()) {
            delivery.giveBackUnbegun();
        } else if (!stopped && delivery.begin()) {
            try {
                handler.handle(delivery);
            } catch (Throwable e) {
                // whatever a handler throws, an error of its own included, must not end the thread
                failed(delivery, e);
            } finally {
                delivery.end();
            }
        }
        handled.remove(delivery);
        returned.accept(delivery);
        if (stopped) {
            settled.wake();
        }
    }

    /** The handler, or a function of the user's that comes before it, threw. */
    void failed(SinkDelivery<T> delivery, Throwable cause) {
        // an interrupted handler while closing did not fail: its event goes back as it was
        boolean interrupted = stopped
                && (cause instanceof InterruptedException
                        || Thread.currentThread().isInterrupted());
        if (interrupted) {
            delivery.again(options.backoff());
        } else {
            LOG.warn(
                    "stream={} sink={} event={} attempt={} state=handler-failed",
                    delivery.event().stream(),
                    sink.name(),
                    delivery.id(),
                    delivery.attempt(),
                    cause);
            delivery.failed(cause);
        }
    }

    /** Begins nothing any more. */
    void stop() {
        stopped = true;
    }

    /** Whether the calling thread runs the handler. */
    boolean isCurrentThread() {
        return handled.stream().anyMatch(SinkDelivery::isHandledByCurrentThread);
    }

    void interrupt() {
        handled.forEach(SinkDelivery::interruptHandler);
    }

    /** Whether no handler runs, and nothing that was begun is unsettled. */
    boolean isDrained() {
        return handled.isEmpty()
                && sink.sources().all().stream()
                        .flatMap(source -> source.inFlight().all().stream())
                        .noneMatch(SinkDelivery::isBeingHandled);
    }

    /** Waits until it is drained; false when the deadline, by {@link System#nanoTime}, came first. */
    boolean awaitDrained(long deadline) throws InterruptedException {
        while (!isDrained()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            settled.await(Durations.shorter(Polls.until(deadline), LOOK_AGAIN));
        }
        return true;
    }

    /** Waits until no handler runs; false when the deadline came first. */
    boolean awaitReturned(long deadline) throws InterruptedException {
        while (!handled.isEmpty()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            settled.await(Durations.shorter(Polls.until(deadline), LOOK_AGAIN));
        }
        return true;
    }

    /** What to say of handlers that run on. */
    List<String> problems() {
        return List.of(handled.size() + " handlers of sink " + sink.name() + " ignore their interrupt");
    }

    boolean isIdle() {
        return workers.isIdle() && lone.isIdle();
    }
}
