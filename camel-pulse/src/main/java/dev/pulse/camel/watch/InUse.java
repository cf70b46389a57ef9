package dev.pulse.camel.watch;

import dev.pulse.Pulse;
import dev.pulse.PulseFigures;
import dev.pulse.map.MapFigures;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ScheduleFigures;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerFigures;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerFigures;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Reader;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.StreamFigures;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Something of an engine that endpoints of a CamelContext have in hand. Two are equal when they are the same thing.
 *
 * @param <F> how it gets on
 */
public sealed interface InUse<F> {
    /** What it is of. */
    Pulse pulse();

    /** What it is known by: what has the same names is looked at together. */
    Map<String, String> names();

    /** How it gets on, which may ask Redis and takes the command time-out then at most. */
    F figures() throws InterruptedException;

    /**
     * An engine.
     *
     * @param redis where it is connected to, without secrets
     */
    record Engine(Pulse pulse, String redis) implements InUse<PulseFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("redis", redis);
        }

        @Override
        public PulseFigures figures() {
            return pulse.figures();
        }
    }

    /** A stream that is added to or read. */
    record OfStream(Pulse pulse, String name) implements InUse<StreamFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("stream", name);
        }

        @Override
        public StreamFigures figures() throws InterruptedException {
            return pulse.stream(name).figures();
        }
    }

    /** A reader of a stream. */
    record OfReader(Pulse pulse, String stream, Reader<?> reader) implements InUse<OfReader.Position> {
        /**
         * Where a reader is.
         *
         * @param cursor the last event that it has seen
         * @param behind how much later the newest event was added; zero for one that has seen it
         */
        public record Position(EventId cursor, Duration behind) {}

        @Override
        public Map<String, String> names() {
            return Map.of("stream", stream);
        }

        @Override
        public Position figures() throws InterruptedException {
            EventId cursor = reader.cursor();
            StreamFigures figures = pulse.stream(stream).figures();
            // a reader that has seen nothing has no time of its own to count from
            EventId from =
                    figures.first().filter(first -> first.compareTo(cursor) > 0).orElse(cursor);
            Duration behind = figures.last()
                    .filter(last -> last.compareTo(from) > 0)
                    .map(last -> Duration.between(from.time(), last.time()))
                    .orElse(Duration.ZERO);
            return new Position(cursor, behind);
        }
    }

    /**
     * A member of a sink.
     *
     * @param streams those that it was made for, with commas between
     */
    record OfSink(Pulse pulse, String streams, Sink<?> sink) implements InUse<SinkFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("sink", sink.name(), "stream", streams);
        }

        @Override
        public SinkFigures figures() throws InterruptedException {
            return sink.figures();
        }
    }

    /** A replica of a map. */
    record OfMap(Pulse pulse, ReplicatedMap<?> map) implements InUse<MapFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("map", map.name());
        }

        @Override
        public MapFigures figures() {
            return map.figures();
        }
    }

    /** A node of a pool. */
    record OfPool(Pulse pulse, PoolNode pool) implements InUse<PoolFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("pool", pool.name());
        }

        @Override
        public PoolFigures figures() throws InterruptedException {
            return pool.figures();
        }
    }

    /**
     * A worker of a pool.
     *
     * @param restarts how many of the jobs that began here had been started before, here or elsewhere
     */
    record OfWorker(Pulse pulse, String pool, Worker worker, LongSupplier restarts)
            implements InUse<OfWorker.Progress> {
        /**
         * How a worker gets on.
         *
         * @param worker as the engine has it
         * @param restarts how many of the jobs that began here had been started before
         */
        public record Progress(WorkerFigures worker, long restarts) {}

        @Override
        public Map<String, String> names() {
            return Map.of("pool", pool);
        }

        @Override
        public Progress figures() {
            return new Progress(worker.figures(), restarts.getAsLong());
        }
    }

    /** One that listens to a ticker of a pool. */
    record OfTicker(Pulse pulse, String pool, Ticker ticker) implements InUse<TickerFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("pool", pool, "ticker", ticker.name());
        }

        @Override
        public TickerFigures figures() {
            return ticker.figures();
        }
    }

    /** One that plans for a schedule of a pool. */
    record OfSchedule(Pulse pulse, String pool, Schedule schedule) implements InUse<ScheduleFigures> {
        @Override
        public Map<String, String> names() {
            return Map.of("pool", pool, "schedule", schedule.name());
        }

        @Override
        public ScheduleFigures figures() {
            return schedule.figures();
        }
    }
}
