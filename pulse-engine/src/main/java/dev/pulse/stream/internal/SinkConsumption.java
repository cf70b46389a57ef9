package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Loop;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import dev.pulse.task.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that reads a sink's events, and the threads that run the handler on them. It reads no more than may be in
 * flight. Closing: reading ends, what was not begun is given back, what was begun may finish until the deadline, then it
 * is interrupted.
 */
final class SinkConsumption<T> implements Consumption {
    private static final Logger LOG = LoggerFactory.getLogger(SinkConsumption.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final StreamSink<T> sink;
    private final OwnedConnection connection;
    private final Streams streams;
    private final InFlight<T> inFlight;
    private final SinkOptions options;
    private final DeliveryHandler<T> handler;
    private final Workers workers;
    private final Wakeup settled = new Wakeup();
    private final int leastRead;
    /** What handlers run on: not all of it is in flight still, for a handler can outlive its delivery. */
    private final Set<SinkDelivery<T>> handled = ConcurrentHashMap.newKeySet();

    /** Runs those that are tried alone, one after another. */
    private final Workers lone;
    /** What came up meanwhile. */
    private final Queue<SinkDelivery<T>> deferred = new ConcurrentLinkedQueue<>();

    private final @Nullable KeyOrder<T> order;
    private final Wakeup quiet = new Wakeup();
    private volatile boolean loneTry;

    private volatile boolean stopped;
    private volatile @Nullable Loop loop;

    SinkConsumption(
            StreamSink<T> sink,
            OwnedConnection connection,
            Streams streams,
            InFlight<T> inFlight,
            SinkOptions options,
            int leastRead,
            DeliveryHandler<T> handler) {
        this.sink = sink;
        this.connection = connection;
        this.streams = streams;
        this.inFlight = inFlight;
        this.options = options;
        this.handler = handler;
        this.workers = new Workers(sink.loopName("handler"), options.concurrency());
        this.lone = new Workers(sink.loopName("lone handler"), 1);
        this.leastRead = leastRead;
        this.order = options.orderBy()
                .map(key -> new KeyOrder<>(key, inFlight, this::dispatch))
                .orElse(null);
        if (order != null) {
            inFlight.whenSettled(order::passOn);
        }
    }

    void start() {
        loop = Loop.start(sink.signals().loop(sink.loopName("read"), false), this::turn);
    }

    private void turn() throws InterruptedException {
        int room = inFlight.free();
        if (room < leastRead) {
            inFlight.awaitRoom(options.blockTime());
        } else {
            read(Math.min(options.batchSize(), room)).forEach(this::accept);
        }
    }

    private List<SinkDelivery<T>> read(int count) throws InterruptedException {
        try {
            return sink.read(count, options.blockTime());
        } catch (StreamDestroyedException e) {
            sink.streamDestroyed();
            throw new Loop.Over(e);
        }
    }

    /** Has the handler run on it as soon as a thread is free. */
    void accept(SinkDelivery<T> delivery) {
        if (order == null) {
            dispatch(delivery);
        } else {
            try {
                order.accept(delivery);
            } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
                // the user's function: as if the handler had failed
                if (delivery.begin()) {
                    delivery.end();
                    failed(delivery, e);
                }
            }
        }
        if (stopped) {
            sink.giveBackUnbegun(delivery);
        }
    }

    private void dispatch(SinkDelivery<T> delivery) {
        if (delivery.isAlone()) {
            lone.execute(() -> runAlone(delivery));
        } else {
            workers.execute(() -> run(delivery));
        }
    }

    /** It waits for another try. */
    void parked(SinkDelivery<T> delivery) {
        if (order != null) {
            order.parked(delivery);
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

    /** Runs the handler while no other runs: should this process die now, it is clear which event it was. */
    private void runAlone(SinkDelivery<T> delivery) {
        loneTry = true;
        try {
            while (!handled.isEmpty() && !stopped) {
                quiet.await(LOOK_AGAIN);
            }
            if (!stopped && sink.beginsAlone(delivery)) {
                handled.add(delivery);
                handle(delivery);
            }
        } catch (InterruptedException e) {
            // nobody interrupts it before its handler runs
            sink.giveBackUnbegun(delivery);
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
        if (!sink.mayBegin()) {
            sink.giveBackUnbegun(delivery);
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
        if (order != null) {
            order.returned(delivery);
        }
        if (stopped) {
            settled.wake();
        }
    }

    private void failed(SinkDelivery<T> delivery, Throwable cause) {
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

    @Override
    public void stop() {
        stopped = true;
        Loop running = loop;
        if (running != null) {
            running.stop();
        }
        inFlight.wake();
        // at once, however long the handlers still take
        sink.giveBack(false);
    }

    boolean isStopped() {
        return stopped;
    }

    /** Whether the calling thread runs a handler. */
    boolean isCalledFromHandler() {
        return handled.stream().anyMatch(SinkDelivery::isHandledByCurrentThread);
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
        sink.giveBack(false);
        return result;
    }

    private CloseResult drain(long deadline) {
        try {
            if (endReading(deadline) && drained(deadline)) {
                return CloseResult.drained();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        boolean idle = isDrained();
        Loop running = loop;
        if (running != null) {
            running.interrupt();
        }
        handled.forEach(SinkDelivery::interruptHandler);
        if (Deadlines.hardPhase(this::ended)) {
            return idle ? CloseResult.drained() : new CloseResult(CloseResult.How.INTERRUPTED, List.of());
        }
        return new CloseResult(
                CloseResult.How.ABANDONED,
                List.of(handled.size() + " handlers of sink " + sink.name() + " ignore their interrupt"));
    }

    /** Ends the blocked read without losing what Redis may be handing out at this moment. */
    private boolean endReading(long deadline) throws InterruptedException {
        Loop running = loop;
        if (running == null || running.isCurrentThread()) {
            return true;
        }
        while (!running.join(Math.min(deadline, System.nanoTime() + LOOK_AGAIN.toNanos()))) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            try {
                connection.unblock(streams.redis().withTimeout(Deadlines.HARD));
            } catch (PulseException e) {
                // Redis is away, or forbids it: the read ends with its connection
                connection.close();
            }
        }
        return true;
    }

    private boolean drained(long deadline) throws InterruptedException {
        while (!isDrained()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            settled.await(Polls.shorter(Polls.until(deadline), LOOK_AGAIN));
        }
        return true;
    }

    private boolean isDrained() {
        return handled.isEmpty() && inFlight.all().stream().noneMatch(SinkDelivery::isBeingHandled);
    }

    private boolean ended(long deadline) throws InterruptedException {
        Loop running = loop;
        if (running != null && !running.join(deadline)) {
            return false;
        }
        while (!handled.isEmpty()) {
            if (System.nanoTime() >= deadline) {
                return false;
            }
            settled.await(Polls.shorter(Polls.until(deadline), LOOK_AGAIN));
        }
        return true;
    }

    @Override
    public void close() {
        close(Deadlines.DEFAULT_DRAIN);
    }

    @Override
    public boolean isFinished() {
        Loop running = loop;
        return stopped && running != null && running.isFinished() && workers.isIdle() && lone.isIdle();
    }
}
