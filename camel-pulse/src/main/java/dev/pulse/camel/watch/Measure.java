package dev.pulse.camel.watch;

import dev.pulse.PulseFigures;
import dev.pulse.map.MapFigures;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.ScheduleFigures;
import dev.pulse.pool.TickerFigures;
import dev.pulse.pool.WorkerFigures;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.StreamFigures;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * One number of what is in use.
 *
 * @param name of its meter, behind the prefix
 * @param unit what is counted, or in what it is measured
 * @param about what it tells
 * @param kind how it changes, and what those of several holders come to
 * @param tags beside the names of what it is of
 * @param value takes it from the figures; NaN where it is not known
 */
record Measure<F>(
        String name, String unit, String about, Kind kind, Map<String, String> tags, ToDoubleFunction<F> value) {
    enum Kind {
        /** Goes up and down; each holder has a part of it. */
        SUM,
        /** Goes up and down; all holders have the same, or the worst counts. */
        MOST,
        /** Only grows; each holder has a part of it, also those that are gone. */
        COUNT
    }

    static final List<Measure<PulseFigures>> ENGINE = List.of(
            latency("0.5", PulseFigures::median),
            latency("0.99", PulseFigures::p99),
            latency("1", PulseFigures::longest));

    static final List<Measure<StreamFigures>> STREAM =
            List.of(most("stream.length", "events", "Events that the stream holds", StreamFigures::length));

    static final List<Measure<InUse.OfReader.Position>> READER = List.of(most(
            "reader.behind",
            "seconds",
            "How much later than what the reader has seen the newest event was added",
            position -> seconds(position.behind())));

    static final List<Measure<SinkFigures>> SINK = List.of(
            most("sink.lag", "events", "Events that no member of the sink has read", figures -> known(figures.lag())),
            most(
                    "sink.pending",
                    "events",
                    "Events that are read and not acknowledged",
                    figures -> known(figures.pending())),
            most(
                    "sink.oldest.pending",
                    "seconds",
                    "How long ago the oldest of these was added",
                    figures -> figures.oldestPending().map(Measure::seconds).orElse(0.0)),
            sum("sink.in.flight", "events", "Events that are worked on here", SinkFigures::inFlight),
            sum("sink.parked", "events", "Events that wait here for another try", SinkFigures::parked),
            count("sink.acked", "events", "Events that were acknowledged", SinkFigures::acked),
            count("sink.failed", "events", "Deliveries that failed", SinkFigures::failed),
            count("sink.dead", "events", "Events that became dead letters", SinkFigures::dead),
            count("sink.redelivered", "events", "Deliveries that were not the first", SinkFigures::redelivered),
            count(
                    "sink.lost.leases",
                    "events",
                    "Events that were worked on for too long, and went to others",
                    SinkFigures::lostLeases),
            count("sink.trimmed", "events", "Events that were trimmed before anybody read them", SinkFigures::trimmed));

    static final List<Measure<MapFigures>> MAP = List.of(
            most("map.size", "entries", "Entries of the replica", MapFigures::size),
            most(
                    "map.staleness",
                    "seconds",
                    "How long ago the replica was last known to equal Redis",
                    figures -> seconds(figures.staleness())),
            count("map.gaps", "gaps", "How often changes were lost on the way and found missing", MapFigures::gaps));

    static final List<Measure<PoolFigures>> POOL = List.of(
            most("pool.workers", "workers", "Workers that are alive", PoolFigures::workers),
            jobs("queued", PoolFigures::queued),
            jobs(
                    "owned",
                    figures -> figures.owned().values().stream()
                            .mapToLong(Long::longValue)
                            .sum()),
            jobs("waiting", PoolFigures::waiting),
            jobs("due", PoolFigures::due),
            jobs("dead", PoolFigures::dead),
            most(
                    "pool.dropped",
                    "jobs",
                    "Dead jobs that were kept no longer, and entries of others, since the pool was opened",
                    PoolFigures::dropped));

    static final List<Measure<InUse.OfWorker.Progress>> WORKER = List.of(
            ofWorker("job.starts", "jobs", "Jobs that began here", WorkerFigures::started),
            count(
                    "job.restarts",
                    "jobs",
                    "Jobs that began here and had begun before, here or elsewhere",
                    InUse.OfWorker.Progress::restarts),
            ofWorker("job.failed.starts", "jobs", "Starts of jobs that failed here", WorkerFigures::failedStarts),
            ofWorker("job.attempts", "attempts", "Attempts to do a task that began here", WorkerFigures::attempts),
            ofWorker(
                    "job.failed.attempts",
                    "attempts",
                    "Attempts to do a task that failed here",
                    WorkerFigures::failedAttempts),
            ofWorker("job.done", "jobs", "Tasks that were done here", WorkerFigures::done),
            ofWorker("job.dead", "jobs", "Jobs that were given up here", WorkerFigures::dead),
            sum(
                    "worker.hanging",
                    "jobs",
                    "Jobs whose exchange does not end though it was interrupted",
                    progress -> progress.worker().hanging()),
            ofWorker("worker.lost.leases", "leases", "How often a worker lost its lease", WorkerFigures::lostLeases));

    static final List<Measure<TickerFigures>> TICKER = List.of(
            count("ticker.fired", "firings", "How often the ticker fired here", TickerFigures::fired),
            count(
                    "ticker.failed",
                    "firings",
                    "Firings of the ticker here whose exchange failed",
                    TickerFigures::failed),
            count(
                    "ticker.missed",
                    "firings",
                    "Due times of the ticker that went by without a firing",
                    TickerFigures::missed));

    static final List<Measure<ScheduleFigures>> SCHEDULE = List.of(
            count("schedule.planned", "plans", "Plans that were made here", ScheduleFigures::planned),
            count("schedule.failed", "plans", "Exchanges that were to make a plan and failed", ScheduleFigures::failed),
            count(
                    "schedule.failed.jobs",
                    "jobs",
                    "How often it failed to start or stop a job for a plan",
                    ScheduleFigures::failedItems),
            sum("schedule.open", "jobs", "Jobs that are still to be started or stopped here", ScheduleFigures::open));

    private static <F> Measure<F> most(String name, String unit, String about, ToDoubleFunction<F> value) {
        return new Measure<>(name, unit, about, Kind.MOST, Map.of(), value);
    }

    private static <F> Measure<F> sum(String name, String unit, String about, ToDoubleFunction<F> value) {
        return new Measure<>(name, unit, about, Kind.SUM, Map.of(), value);
    }

    private static <F> Measure<F> count(String name, String unit, String about, ToDoubleFunction<F> value) {
        return new Measure<>(name, unit, about, Kind.COUNT, Map.of(), value);
    }

    private static Measure<InUse.OfWorker.Progress> ofWorker(
            String name, String unit, String about, ToDoubleFunction<WorkerFigures> value) {
        return count(name, unit, about, progress -> value.applyAsDouble(progress.worker()));
    }

    private static Measure<PoolFigures> jobs(String state, ToDoubleFunction<PoolFigures> value) {
        return new Measure<>(
                "pool.jobs",
                "jobs",
                "Jobs by state: queued (accepted and not started), owned (by a worker), waiting (nobody has them), due"
                        + " (at a certain time), dead (given up)",
                Kind.MOST,
                Map.of("state", state),
                value);
    }

    private static Measure<PulseFigures> latency(String quantile, Function<PulseFigures, Duration> value) {
        return new Measure<>(
                "command.latency",
                "seconds",
                "How quickly Redis answers, of late",
                Kind.MOST,
                Map.of("quantile", quantile),
                figures -> seconds(value.apply(figures)));
    }

    private static double known(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : Double.NaN;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
