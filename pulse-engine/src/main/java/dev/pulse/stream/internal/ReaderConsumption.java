package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventHandler;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop that hands a reader's events to a handler, one after another, on the loop's own thread. */
final class ReaderConsumption<T> implements Consumption {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderConsumption.class);

    private final StreamReader<T> reader;
    private final int batchSize;
    private final Duration blockTime;
    private final EventHandler<T> handler;
    private final Loop loop;
    private volatile boolean stopped;

    ReaderConsumption(
            StreamReader<T> reader, LoopSignal signal, int batchSize, Duration blockTime, EventHandler<T> handler) {
        this.reader = reader;
        this.batchSize = batchSize;
        this.blockTime = blockTime;
        this.handler = handler;
        this.loop = Loop.start(signal, this::turn);
    }

    private void turn() throws InterruptedException {
        for (ReaderSource.Part<T> part : read()) {
            if (!handled(part)) {
                return;
            }
            part.done();
        }
    }

    /** Whether all of it was handed out; not when it was stopped, or the stream was removed. */
    private boolean handled(ReaderSource.Part<T> part) throws InterruptedException {
        for (Event<T> event : part.events()) {
            if (stopped || !part.source().handOut(event)) {
                return !stopped;
            }
            handle(event);
            if (!stopped) {
                // an interrupt that the handler left behind is not meant for the loop
                Thread.interrupted();
            }
        }
        return true;
    }

    private void handle(Event<T> event) throws InterruptedException {
        try {
            handler.handle(event);
        } catch (InterruptedException e) {
            if (stopped) {
                throw e;
            }
            failed(event, e);
        } catch (Throwable e) {
            // whatever a handler throws, an error of its own included, must not end the loop
            failed(event, e);
        }
    }

    private List<ReaderSource.Part<T>> read() throws InterruptedException {
        try {
            return reader.read(batchSize, blockTime).parts();
        } catch (StreamDestroyedException e) {
            throw new Loop.Over(e);
        }
    }

    private void failed(Event<T> event, Throwable cause) {
        LOG.warn("stream={} event={} state=handler-failed", event.stream(), event.id(), cause);
    }

    @Override
    public void stop() {
        stopped = true;
        loop.stop();
        reader.endRead();
    }

    @Override
    public CloseResult close(Duration drain) {
        return close(Deadlines.after(drain));
    }

    boolean isCurrentThread() {
        return loop.isCurrentThread();
    }

    CloseResult close(long deadline) {
        stop();
        if (loop.isCurrentThread()) {
            return CloseResult.drained();
        }
        return Closing.awaitEnd(
                loop::join,
                loop::interrupt,
                deadline,
                "the handler of a reader of " + String.join(", ", reader.streams()) + " ignores its interrupt");
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }

    @Override
    public boolean isFinished() {
        return loop.isFinished();
    }
}
