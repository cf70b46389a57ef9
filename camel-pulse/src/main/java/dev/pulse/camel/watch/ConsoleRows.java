package dev.pulse.camel.watch;

import dev.pulse.Health;
import dev.pulse.PulseException;
import dev.pulse.PulseFigures;
import dev.pulse.map.MapFigures;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ScheduleFigures;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerFigures;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.WorkerFigures;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.StreamFigures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.util.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** How the console shows what is in use, one row for each thing; times are in milliseconds. */
final class ConsoleRows {
    private ConsoleRows() {}

    /** Shows one thing. */
    @FunctionalInterface
    interface Row<T> {
        /** Fills it in as far as it is known. */
        void fill(T thing, JsonObject row) throws InterruptedException;
    }

    /** A row for each of these; where it fails it says so. */
    static <T> List<JsonObject> of(Collection<T> things, Row<T> filling) {
        List<JsonObject> rows = new ArrayList<>();
        for (T thing : things) {
            JsonObject row = new JsonObject();
            rows.add(row);
            try {
                filling.fill(thing, row);
            } catch (PulseException | IllegalStateException e) {
                row.put("unknown", e.getMessage());
            } catch (InterruptedException e) {
                // the caller's business; what is shown is not complete then
                Thread.currentThread().interrupt();
                row.put("unknown", "interrupted");
            }
        }
        return rows;
    }

    /** Whether it is worth asking Redis; otherwise the row says why not. */
    private static boolean isThere(InUse<?> thing, JsonObject row) {
        Health health = thing.pulse().health();
        if (health.status() == Health.Status.DOWN) {
            row.put("unknown", health.why());
            return false;
        }
        return true;
    }

    static void engine(InUse.Engine engine, JsonObject row) {
        Health health = engine.pulse().health();
        PulseFigures commands = engine.figures();
        row.put("redis", engine.redis());
        row.put("status", health.status().name());
        row.put("since", health.since().toString());
        row.put("why", health.why());
        row.put("loops", health.loops().size());
        row.put("commandMedianMicros", commands.median().toNanos() / 1_000);
        row.put("commandP99Micros", commands.p99().toNanos() / 1_000);
        row.put("commandLongestMicros", commands.longest().toNanos() / 1_000);
    }

    static void stream(InUse.OfStream stream, JsonObject row) throws InterruptedException {
        row.put("name", stream.name());
        if (isThere(stream, row)) {
            StreamFigures figures = stream.figures();
            row.put("length", figures.length());
            row.put("maxLength", figures.maxLength());
            row.put("first", figures.first().map(Object::toString).orElse(null));
            row.put("last", figures.last().map(Object::toString).orElse(null));
            row.put("sinks", of(figures.groups(), (group, sink) -> {
                sink.put("name", group.sink());
                sink.put("lag", number(group.lag()));
                sink.put("pending", group.pending());
            }));
        }
    }

    static void reader(InUse.OfReader reader, JsonObject row) throws InterruptedException {
        row.put("stream", reader.stream());
        row.put("cursor", reader.reader().cursor().toString());
        if (isThere(reader, row)) {
            row.put("behind", reader.figures().behind().toMillis());
        }
    }

    static void sink(InUse.OfSink sink, JsonObject row) throws InterruptedException {
        row.put("name", sink.sink().name());
        row.put("stream", sink.streams());
        row.put("consumer", sink.sink().consumer());
        if (isThere(sink, row)) {
            SinkFigures figures = sink.figures();
            row.put("lag", number(figures.lag()));
            row.put("pending", number(figures.pending()));
            row.put(
                    "oldestPending",
                    figures.oldestPending().map(age -> age.toMillis()).orElse(null));
            row.put("inFlight", figures.inFlight());
            row.put("parked", figures.parked());
            row.put("acked", figures.acked());
            row.put("failed", figures.failed());
            row.put("dead", figures.dead());
            row.put("redelivered", figures.redelivered());
            row.put("lostLeases", figures.lostLeases());
            row.put("trimmed", figures.trimmed());
        }
    }

    static void map(InUse.OfMap map, JsonObject row) {
        MapFigures figures = map.figures();
        row.put("name", map.map().name());
        row.put("size", figures.size());
        row.put("revision", figures.revision());
        row.put("staleness", figures.staleness().toMillis());
        row.put("lastSync", figures.lastSync().toMillis());
        row.put("watches", figures.watches());
        row.put("gaps", figures.gaps());
        row.put("unreadable", figures.unreadable());
    }

    /**
     * Shows a pool.
     *
     * @param most how many of its jobs at most
     */
    static void pool(InUse.OfPool thing, JsonObject row, int most) throws InterruptedException {
        PoolNode pool = thing.pool();
        row.put("name", pool.name());
        if (!isThere(thing, row)) {
            return;
        }
        PoolFigures figures = pool.figures();
        row.put("paused", figures.paused());
        JsonObject jobs = new JsonObject();
        jobs.put(
                "owned",
                figures.owned().values().stream().mapToLong(Long::longValue).sum());
        jobs.put("queued", figures.queued());
        jobs.put("waiting", figures.waiting());
        jobs.put("due", figures.due());
        jobs.put("dead", figures.dead());
        jobs.put("dropped", figures.dropped());
        row.put("jobs", jobs);
        row.put("messages", figures.messages());
        row.put("workers", of(pool.workers(), ConsoleRows::worker));
        if (most > 0) {
            row.put("listed", of(pool.jobs().stream().limit(most).toList(), ConsoleRows::job));
        }
    }

    /** Shows a worker of this context, and how it got on. */
    static void ownWorker(InUse.OfWorker thing, JsonObject row) {
        WorkerFigures figures = thing.figures().worker();
        row.put("pool", thing.pool());
        row.put("id", thing.worker().id());
        row.put("leased", thing.worker().isLeased());
        row.put("jobs", figures.jobs());
        row.put("waiting", figures.waiting());
        row.put("hanging", figures.hanging());
        row.put("started", figures.started());
        row.put("failedStarts", figures.failedStarts());
        row.put("attempts", figures.attempts());
        row.put("failedAttempts", figures.failedAttempts());
        row.put("done", figures.done());
        row.put("dead", figures.dead());
        row.put("lostLeases", figures.lostLeases());
    }

    static void ticker(InUse.OfTicker thing, JsonObject row) {
        Ticker ticker = thing.ticker();
        TickerFigures figures = thing.figures();
        timed(thing.pool(), ticker.name(), ticker.options().timetable(), ticker.next(), row);
        row.put("fired", figures.fired());
        row.put("failed", figures.failed());
        row.put("missed", figures.missed());
        row.put("busy", figures.busy());
    }

    static void schedule(InUse.OfSchedule thing, JsonObject row) {
        Schedule schedule = thing.schedule();
        ScheduleFigures figures = thing.figures();
        timed(thing.pool(), schedule.name(), schedule.timetable(), schedule.next(), row);
        row.put("planned", figures.planned());
        row.put("failed", figures.failed());
        row.put("lost", figures.lost());
        row.put("done", figures.done());
        row.put("failedJobs", figures.failedItems());
        row.put("open", figures.open());
    }

    private static void timed(String pool, String name, Timetable timetable, Optional<Instant> next, JsonObject row) {
        row.put("pool", pool);
        row.put("name", name);
        row.put("timetable", text(timetable));
        row.put("next", next.map(Object::toString).orElse(null));
    }

    private static String text(Timetable timetable) {
        return switch (timetable) {
            case Timetable.Every every -> "every " + every.period();
            case Timetable.Cron cron -> cron.expression() + ' ' + cron.zone();
        };
    }

    private static void worker(WorkerInfo worker, JsonObject row) {
        row.put("id", worker.id());
        row.put("node", worker.node());
        row.put("since", worker.since().toString());
        row.put("lease", worker.lease().toMillis());
        row.put("jobs", worker.jobs());
        row.put("leaving", worker.leaving());
    }

    private static void job(JobInfo job, JsonObject row) {
        row.put("key", job.key());
        row.put("state", job.state().name());
        row.put("worker", job.worker().orElse(null));
        row.put("restarts", job.restarts());
        row.put("attempts", job.attempts());
        row.put("accepted", job.accepted().toString());
        row.put("error", job.error().orElse(null));
    }

    private static @Nullable Long number(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }
}
