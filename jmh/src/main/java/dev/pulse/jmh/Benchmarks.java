package dev.pulse.jmh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs all benchmarks on one Redis, in rounds so that what is compared lies close together, and prints one table. Takes the
 * arguments of JMH; where they name benchmarks, or ask for a list, JMH takes over and there is no table.
 */
public final class Benchmarks {
    private static final int ROUNDS = 3;
    private static final Duration LONGEST = Duration.ofMinutes(20);

    private final CommandLineOptions given;
    private final BenchRedis redis;
    private final Map<Case, List<RunResult>> results = new LinkedHashMap<>();
    /** What those took that run in the first round only. */
    private long onceNanos;

    private Benchmarks(CommandLineOptions given, BenchRedis redis) {
        this.given = given;
        this.redis = redis;
    }

    public static void main(String... args) throws Exception {
        CommandLineOptions given = new CommandLineOptions(args);
        if (!given.getIncludes().isEmpty() || given.shouldHelp() || given.shouldList()) {
            Main.main(args);
            return;
        }
        try (BenchRedis redis = new BenchRedis();
                RedisInfo info = new RedisInfo(redis)) {
            // for benchmarks without a process of their own
            System.setProperty(BenchRedis.SHARED, redis.uri());
            Benchmarks benchmarks = new Benchmarks(given, redis);
            benchmarks.run();
            System.out.println();
            System.out.println(new Table(benchmarks.results).of(Lines.all(), info.version()));
        }
    }

    private void run() throws RunnerException {
        Set<Case> cases = new LinkedHashSet<>();
        for (Line line : Lines.all()) {
            cases.add(line.ours().source());
            cases.add(line.other().source());
        }
        int rounds = Math.max(1, given.getForkCount().orElse(ROUNDS));
        long begin = System.nanoTime();
        for (int round = 1; round <= rounds && (given.getForkCount().hasValue() || fits(begin, round)); round++) {
            for (Case one : cases) {
                if (round == 1 || !one.once()) {
                    run(one, "round %d of %d".formatted(round, rounds));
                }
            }
        }
    }

    /** Whether this round, should it take as long as those before, ends within the time that all may take. */
    private boolean fits(long begin, int round) {
        long before = System.nanoTime() - begin;
        return round == 1 || before + (before - onceNanos) / (round - 1) < LONGEST.toNanos();
    }

    private String[] arguments() {
        String shared = "-D" + BenchRedis.SHARED + "=" + redis.uri();
        // JMH uses what newer JDKs warn of, once in each process
        return Runtime.version().feature() < 24
                ? new String[] {shared}
                : new String[] {shared, "--sun-misc-unsafe-memory-access=allow"};
    }

    private void run(Case one, String progress) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .parent(given)
                .include("^" + Pattern.quote(one.name()) + "$")
                .forks(Math.min(1, given.getForkCount().orElse(1)))
                .jvmArgsPrepend(arguments())
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        if (one.callers() != 0) {
            options.param("callers", Integer.toString(one.callers()));
        }
        long begin = System.nanoTime();
        RunResult result = new Runner(options.build()).runSingle();
        if (one.once()) {
            onceNanos += System.nanoTime() - begin;
        }
        results.computeIfAbsent(one, key -> new ArrayList<>()).add(result);
        Result<?> primary = result.getPrimaryResult();
        System.out.printf(Locale.ROOT, "%s: %s %,.1f %s%n", progress, one, primary.getScore(), primary.getScoreUnit());
    }
}
