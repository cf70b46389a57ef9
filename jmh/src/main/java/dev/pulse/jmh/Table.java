package dev.pulse.jmh;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.ListStatistics;

/** The table of all lines, in Markdown, from the results of each benchmark in each round. */
final class Table {
    private final Map<Case, List<RunResult>> results;

    Table(Map<Case, List<RunResult>> results) {
        this.results = results;
    }

    String of(List<Line> lines, String redisVersion) {
        StringBuilder text = new StringBuilder();
        text.append("%d cores of %s, Java %s, Redis %s, %s%n%n"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.arch"),
                        Runtime.version(),
                        redisVersion,
                        Instant.now().truncatedTo(ChronoUnit.MINUTES)));
        text.append(
                "| work | Pulse | beside | compared | goal | |%n| --- | --- | --- | --- | --- | --- |%n".formatted());
        for (Line line : lines) {
            double compared = compared(line);
            text.append("| %s | %s | %s | %s | %s |%n"
                    .formatted(
                            line.work(),
                            written(line.ours()),
                            line.ours().equals(line.other()) ? "" : line.other().name() + " " + written(line.other()),
                            line.goal().written(compared),
                            line.goal().verdict(compared)));
        }
        return text.toString();
    }

    private List<RunResult> resultsOf(Figure figure) {
        return Objects.requireNonNull(results.get(figure.source()), () -> "no result of " + figure.source());
    }

    private String written(Figure figure) {
        return figure.metric()
                .written(median(resultsOf(figure).stream()
                        .mapToDouble(figure.metric()::of)
                        .toArray()));
    }

    /** Compared within each round, for the machine may be faster in one than in another; the median of these. */
    private double compared(Line line) {
        List<RunResult> ours = resultsOf(line.ours());
        List<RunResult> others = resultsOf(line.other());
        double[] rounds = new double[ours.size()];
        for (int round = 0; round < rounds.length; round++) {
            rounds[round] = line.goal()
                    .compare(
                            line.ours().metric().of(ours.get(round)),
                            line.other().metric().of(others.get(round)));
        }
        return median(rounds);
    }

    private static double median(double[] values) {
        return new ListStatistics(values).getPercentile(50);
    }
}
