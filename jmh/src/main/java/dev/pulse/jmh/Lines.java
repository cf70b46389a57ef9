package dev.pulse.jmh;

import static dev.pulse.jmh.Metric.COMMANDS_PER_SECOND;
import static dev.pulse.jmh.Metric.CONNECTIONS;
import static dev.pulse.jmh.Metric.CONNECTIONS_OF_FEW;
import static dev.pulse.jmh.Metric.HEAP_OF_EACH;
import static dev.pulse.jmh.Metric.MICROS_EACH;
import static dev.pulse.jmh.Metric.P50;
import static dev.pulse.jmh.Metric.P50_MILLIS;
import static dev.pulse.jmh.Metric.P99;
import static dev.pulse.jmh.Metric.P99_COUNTED;
import static dev.pulse.jmh.Metric.PEAK_OF_FIRST_HALF;
import static dev.pulse.jmh.Metric.PEAK_OF_SECOND_HALF;
import static dev.pulse.jmh.Metric.PER_SECOND;
import static dev.pulse.jmh.Metric.SLOWEST_MILLIS;

import dev.pulse.jmh.Goal.AtLeastTimes;
import dev.pulse.jmh.Goal.AtMost;
import dev.pulse.jmh.Goal.AtMostMore;
import dev.pulse.jmh.Goal.AtMostTimes;
import java.util.ArrayList;
import java.util.List;

/** All lines of the table, with their goals. */
final class Lines {
    private final List<Line> lines = new ArrayList<>();

    private Lines() {}

    static List<Line> all() {
        Lines all = new Lines();
        all.appending();
        all.sinks();
        all.exchanges();
        all.latency();
        all.memory();
        all.maps();
        all.mapsMemory();
        all.pools();
        all.poolsDue();
        all.poolsLife();
        return List.copyOf(all.lines);
    }

    private void appending() {
        Case alone = Case.of(AppendAloneBenchmark.class, "pulse");
        throughput("append, 1 virtual thread", alone, "bare Jedis", Case.of(AppendAloneBenchmark.class, "jedis"), 0.95);
        for (int callers : new int[] {64, 1_000}) {
            String work = "append, %,d virtual threads".formatted(callers);
            Case pulse = append("pulse", callers);
            throughput(work, pulse, "Jedis, pool of 64", append("jedis", callers), callers == 64 ? 4 : 5);
            throughput(work, pulse, "Lettuce", append("lettuce", callers), 3);
            throughput(work, pulse, "Redisson", append("redisson", callers), 6);
        }
        throughput("append, 1,000 virtual threads", append("pulse", 1_000), "raw writer", append("limit", 1_000), 0.8);
        Case plain = Case.of(AppendKindsBenchmark.class, "plain");
        kind("append with sliding TTL, 64", "slidingTtl", plain);
        kind("append with headers, 64", "headers", plain);
        kind("append of typed JSON, 64", "json", plain);
    }

    private static Case append(String client, int callers) {
        return Case.of(AppendBenchmark.class, client).callers(callers);
    }

    private void kind(String work, String method, Case plain) {
        throughput(work, Case.of(AppendKindsBenchmark.class, method), "plain append", plain, 0.75);
    }

    private void sinks() {
        Case sink = Case.of(SinkBenchmark.class, "pulse");
        String work = "sink, 1,000 at once, acked";
        throughput(work, sink, "Redisson", Case.of(SinkBenchmark.class, "redisson"), 8);
        throughput(work, sink, "Spring Data Redis", Case.of(SinkBenchmark.class, "spring"), 15);
        throughput(work, sink, "batches by hand, one XACK", Case.of(SinkBenchmark.class, "byHand"), 0.75);
        throughput("sink, ordered by 1,000 keys", Case.of(SinkBenchmark.class, "ordered"), "not ordered", sink, 0.6);
        throughput(
                "route sink → processor → stream",
                Case.of(RouteBenchmark.class, "route"),
                "engine alone",
                Case.of(RouteBenchmark.class, "engine"),
                0.5);
    }

    private void exchanges() {
        cost("for comparison direct:", "direct");
        cost("pulse-stream:, added", "append");
        cost("pulse-map:, read", "get");
        cost("pulse-map:, written", "set");
        cost("pulse-pool:, dispatched until started", "dispatch");
        cost("pulse-pool:, sent until answered", "send");
        cost("pulse-stream:, read", "reader");
        cost("pulse-sink:, until acked", "sink");
        cost("pulse-sink:, in batches of 1,000", "batches");
        throughput(
                "route sink → stream, in batches of 1,000",
                exchange("forwardBatches"),
                "one after another",
                exchange("forward"),
                3);
    }

    private void cost(String endpoint, String method) {
        lines.add(new Line(
                "exchange, " + endpoint,
                new Figure("Pulse", exchange(method), MICROS_EACH),
                new Figure("seda:", exchange("seda"), MICROS_EACH),
                new Goal.Times()));
    }

    private static Case exchange(String method) {
        return Case.of(ExchangeBenchmark.class, method).onlyOnce();
    }

    private void latency() {
        Case pulse = Case.of(LatencyBenchmark.class, "pulse");
        Case byHand = Case.of(LatencyBenchmark.class, "byHand");
        for (Metric percentile : new Metric[] {P50, P99}) {
            lines.add(new Line(
                    "add until handled, idle",
                    new Figure("Pulse", pulse, percentile),
                    new Figure("XADD and XREADGROUP by hand", byHand, percentile),
                    percentile == P50 ? new AtMostMore(100) : new Goal.More()));
        }
    }

    private void memory() {
        Case idle = Case.of(IdleSinksBenchmark.class, "watch").onlyOnce();
        bound("1,000 idle sinks, heap", new Figure("Pulse", idle, HEAP_OF_EACH), 40_000);
        bound("1,000 idle sinks, commands of all", new Figure("Pulse", idle, COMMANDS_PER_SECOND), 500);
        bound("1,000 idle sinks, one connection each", new Figure("Pulse", idle, CONNECTIONS), 1_000);
        Case backlog = Case.of(BacklogBenchmark.class, "work").onlyOnce();
        lines.add(new Line(
                "1,000,000 events, slow handlers, heap",
                new Figure("Pulse", backlog, PEAK_OF_SECOND_HALF),
                new Figure("Pulse", backlog, PEAK_OF_FIRST_HALF),
                new AtMostTimes(1.1)));
    }

    private void maps() {
        Case read = Case.of(MapReadBenchmark.class, "pulse");
        throughput("map, local read", read, "Redisson", Case.of(MapReadBenchmark.class, "redisson"), 40);
        // 1.5 times as long at most
        throughput(
                "map, local read",
                read,
                "ConcurrentHashMap",
                Case.of(MapReadBenchmark.class, "concurrentHashMap"),
                0.67);
        Case alone = Case.of(MapWriteAloneBenchmark.class, "pulse");
        Case evalsha = Case.of(MapWriteAloneBenchmark.class, "evalsha");
        Case followed = Case.of(MapWriteAloneBenchmark.class, "followed");
        throughput("map write, 1 virtual thread", alone, "bare EVALSHA, nobody follows", evalsha, 0.95);
        throughput("map write, 1 virtual thread", alone, "bare EVALSHA, followed", followed, 0.95);
        Case write = Case.of(MapWriteBenchmark.class, "pulse");
        String work = "map write, 64 virtual threads";
        throughput(work, write, "Redisson", Case.of(MapWriteBenchmark.class, "redisson"), 8);
        throughput(work, write, "raw writer", Case.of(MapWriteBenchmark.class, "limit"), 0.65);
        Case seen = Case.of(MapLatencyBenchmark.class, "pulse");
        Case byHand = Case.of(MapLatencyBenchmark.class, "byHand");
        for (Metric percentile : new Metric[] {P50, P99}) {
            lines.add(new Line(
                    "map, change seen by another client, idle",
                    new Figure("Pulse", seen, percentile),
                    new Figure("bare PUBLISH and SUBSCRIBE", byHand, percentile),
                    percentile == P50 ? new AtMostMore(50) : new AtMostTimes(2)));
        }
        lines.add(new Line(
                "map, join with 100,000 entries",
                new Figure("Pulse", Case.of(MapJoinBenchmark.class, "pulse"), P50_MILLIS),
                new Figure("bare HGETALL", Case.of(MapJoinBenchmark.class, "hgetall"), P50_MILLIS),
                new AtMostTimes(1.5)));
    }

    private void mapsMemory() {
        Case entries = Case.of(MapCostBenchmark.class, "entries").onlyOnce();
        bound("map, heap beyond key and value", new Figure("Pulse", entries, HEAP_OF_EACH), 120);
        Case maps = Case.of(MapCostBenchmark.class, "maps").onlyOnce();
        lines.add(new Line(
                "1,000 maps, connections",
                new Figure("Pulse", maps, CONNECTIONS),
                new Figure("10 maps", maps, CONNECTIONS_OF_FEW),
                new AtMostMore(0)));
    }

    private void pools() {
        Figure alone = new Figure("Pulse", Case.of(DispatchAloneBenchmark.class, "pulse"), P50);
        String oneByOne = "dispatch until started, one at a time, idle";
        bound(oneByOne, alone, 600);
        lines.add(new Line(
                oneByOne,
                alone,
                new Figure("three PING", Case.of(DispatchAloneBenchmark.class, "threeRoundTrips"), P50),
                new AtMostTimes(2.5)));
        Case dispatch = Case.of(DispatchBenchmark.class, "dispatch");
        String work = "dispatch until started, 64 virtual threads";
        Case redisson = Case.of(DispatchBenchmark.class, "redisson");
        throughput(work, dispatch, "Redisson's executor", redisson, 15);
        // 1.2 times as long at most
        Case many = Case.of(DispatchBenchmark.class, "manyRunning");
        throughput("the same while 100,000 jobs run", many, "while 10 run", dispatch, 0.83);
        Case send = Case.of(DispatchBenchmark.class, "send");
        throughput("send until answered, 64 virtual threads", send, "dispatch", dispatch, 1.5);
        Case task = Case.of(DispatchBenchmark.class, "task");
        throughput("task to its end, 64 virtual threads", task, "Redisson's executor", redisson, 10);
    }

    private void poolsDue() {
        Figure alone = new Figure("Pulse", Case.of(DueAloneBenchmark.class, "late"), P99);
        bound("task due in 100 ms, idle, until it begins", alone, 150_000);
        Case due = Case.of(DueBenchmark.class, "due").onlyOnce();
        Case waiting = Case.of(DueBenchmark.class, "waiting").onlyOnce();
        lines.add(new Line(
                "100,000 delayed tasks due at once, the last begins",
                new Figure("Pulse", due, SLOWEST_MILLIS),
                new Figure("100,000 that wait for resume", waiting, SLOWEST_MILLIS),
                new AtMostMore(2_000)));
    }

    private void poolsLife() {
        Case join = Case.of(PoolJoinBenchmark.class, "join").onlyOnce();
        bound("pool of 10,000 jobs, a second worker has its share", new Figure("Pulse", join, SLOWEST_MILLIS), 5_000);
        Case idle = Case.of(IdlePoolBenchmark.class, "watch").onlyOnce();
        bound("idle pool of 4 nodes, commands of all", new Figure("Pulse", idle, COMMANDS_PER_SECOND), 8);
        bound("idle pool of 4 nodes, connections of all", new Figure("Pulse", idle, CONNECTIONS), 16);
        Case close = Case.of(IdlePoolBenchmark.class, "close").onlyOnce();
        bound("idle node of a pool, close", new Figure("Pulse", close, SLOWEST_MILLIS), 1_000);
        Case ticks = Case.of(TickBenchmark.class, "watch").onlyOnce();
        bound("ticker on an idle pool of 2 nodes, late by", new Figure("Pulse", ticks, P99_COUNTED), 50_000);
    }

    private void throughput(String work, Case ours, String name, Case other, double factor) {
        lines.add(new Line(
                work,
                new Figure("Pulse", ours, PER_SECOND),
                new Figure(name, other, PER_SECOND),
                new AtLeastTimes(factor)));
    }

    private void bound(String work, Figure figure, double bound) {
        lines.add(new Line(work, figure, figure, new AtMost(bound)));
    }
}
