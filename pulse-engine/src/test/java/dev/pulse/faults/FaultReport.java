package dev.pulse.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What came out of all trials so far, in {@code target/faults-report.md}: written anew after each. */
final class FaultReport {
    private static final Path FILE = Path.of("target", "faults-report.md");
    private static final String BEGUN =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private static final Map<String, Row> ROWS = new TreeMap<>();
    private static final List<String> FAILURES = new ArrayList<>();
    private static final Map<String, List<Long>> SEEDS = new TreeMap<>();

    private FaultReport() {}

    /** Keeps the seed of a trial whose faults were drawn from it. */
    static synchronized void addSeed(String test, long seed) {
        SEEDS.computeIfAbsent(test, same -> new ArrayList<>()).add(seed);
    }

    private record Row(
            Attacks attacks, String test, int tries, int failed, Findings sum, long redeliverySeed, long recoverySeed) {
        Row and(Trial trial, boolean ok) {
            Findings found = trial.findings();
            return new Row(
                    attacks,
                    test,
                    tries + 1,
                    failed + (ok ? 0 : 1),
                    sum.and(found),
                    found.redelivery().compareTo(sum.redelivery()) > 0 ? trial.seed() : redeliverySeed,
                    found.recovery().compareTo(sum.recovery()) > 0 ? trial.seed() : recoverySeed);
        }

        @Override
        public String toString() {
            return "| %s | `%s` | %d | %s | %s | %s | %s | %s | %s |"
                    .formatted(
                            attacks.by(),
                            test,
                            tries,
                            sum.events() == 0 ? "" : String.format(Locale.ROOT, "%,d", sum.events()),
                            sum.events() == 0 ? "" : sum.duplicates(),
                            shown(sum.redelivery(), redeliverySeed),
                            shown(sum.recovery(), recoverySeed),
                            sum.overlap().isZero() ? "" : sum.overlap().toMillis() + " ms",
                            failed == 0 ? "kept" : "**broken in " + failed + "**");
        }

        private String shown(Duration time, long seed) {
            String drawn = SEEDS.containsKey(test) ? " (seed " + seed + ")" : "";
            return time.isZero() ? "" : time.toMillis() + " ms" + drawn;
        }
    }

    static synchronized void add(String test, Attacks attacks, Trial trial, @Nullable Throwable failure) {
        Row before = ROWS.getOrDefault(test, new Row(attacks, test, 0, 0, Findings.NONE, 0, 0));
        ROWS.put(test, before.and(trial, failure == null));
        if (failure != null) {
            FAILURES.add("- %s `%s`%s: %s"
                    .formatted(
                            attacks.by(),
                            test,
                            SEEDS.containsKey(test) ? ", `-Dpulse.seed=" + trial.seed() + "`" : "",
                            String.valueOf(failure.getMessage()).strip().replaceAll("\\s+", " ")));
        }
        write();
    }

    private static String summary(Promise promise) {
        List<Row> rows = ROWS.values().stream()
                .filter(row -> List.of(row.attacks().value()).contains(promise))
                .toList();
        Findings sum = rows.stream().map(Row::sum).reduce(Findings.NONE, Findings::and);
        return String.format(
                Locale.ROOT,
                "| %s | %,d | %,d | %,d | %d ms | %d ms | %d ms |",
                promise,
                rows.stream().mapToInt(Row::tries).sum(),
                sum.events(),
                sum.duplicates(),
                sum.redelivery().toMillis(),
                sum.recovery().toMillis(),
                sum.overlap().toMillis());
    }

    private static void write() {
        List<String> lines = new ArrayList<>();
        lines.add("# Faults");
        lines.add("Begun %s, on %d processors, Java %s, Redis %s, %s."
                .formatted(
                        BEGUN,
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version().feature(),
                        System.getProperty("pulse.redis", "embedded"),
                        Trial.drillTime().isZero()
                                ? "short form"
                                : Trial.drillTime().toSeconds() + " s for each drill"));
        lines.add("");
        lines.add("| fault | test | tries | events | duplicates | worst redelivery | worst recovery | worst overlap |"
                + " promises |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        ROWS.values().stream()
                .sorted(Comparator.comparing((Row row) -> row.attacks().by()).thenComparing(Row::test))
                .map(Row::toString)
                .forEach(lines::add);
        lines.add("");
        lines.add("| promise | tries | events | duplicates | worst redelivery | worst recovery | worst overlap |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- |");
        for (Promise promise : Promise.values()) {
            lines.add(summary(promise));
        }
        lines.add("");
        for (Fault fault : Fault.values()) {
            lines.add("- " + fault + ": " + fault.words());
        }
        lines.add("");
        lines.add("## Seeds");
        SEEDS.forEach((test, seeds) -> lines.add(
                "- `" + test + "`: " + seeds.stream().map(String::valueOf).collect(Collectors.joining(", "))));
        if (!FAILURES.isEmpty()) {
            lines.add("");
            lines.add("## Failures");
            lines.addAll(FAILURES);
        }
        try {
            Files.write(FILE, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
