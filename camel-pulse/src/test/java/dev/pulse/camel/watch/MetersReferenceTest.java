package dev.pulse.camel.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of meters in the README is made from the code, as {@code ReferenceTest} makes those of options. */
class MetersReferenceTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern TABLE = Pattern.compile("<!-- meters -->\\R.*?<!-- end -->", Pattern.DOTALL);

    private record Line(String name, String text) implements Comparable<Line> {
        @Override
        public int compareTo(Line other) {
            return name.compareTo(other.name);
        }
    }

    @Test
    void theTableOfMetersIsThatOfTheCode() throws IOException {
        List<Line> lines = new ArrayList<>();
        add(lines, Measure.ENGINE, "redis");
        add(lines, Measure.STREAM, "stream");
        add(lines, Measure.READER, "stream");
        add(lines, Measure.SINK, "sink", "stream");
        add(lines, Measure.MAP, "map");
        add(lines, Measure.POOL, "pool");
        add(lines, Measure.WORKER, "pool");
        add(lines, Measure.TICKER, "pool", "ticker");
        add(lines, Measure.SCHEDULE, "pool", "schedule");
        StringBuilder table = new StringBuilder("| meter | tags | unit | what it tells |\n| --- | --- | --- | --- |\n");
        // one line for those that differ in a tag only
        new TreeSet<>(lines).forEach(line -> table.append(line.text()));
        String readme = Files.readString(README);
        String current = TABLE.matcher(readme)
                .replaceFirst(Matcher.quoteReplacement("<!-- meters -->\n" + table + "<!-- end -->"));
        if ("write".equals(System.getProperty("pulse.docs"))) {
            Files.writeString(README, current);
        }
        assertThat(Files.readString(README)).isEqualTo(current).contains("<!-- meters -->");
    }

    private static void add(List<Line> lines, List<? extends Measure<?>> measures, String... names) {
        for (Measure<?> measure : measures) {
            List<String> tags = new ArrayList<>(List.of(names));
            tags.addAll(measure.tags().keySet());
            lines.add(new Line(
                    measure.name(),
                    "| `camel.pulse.%s` | %s | %s%s | %s |\n"
                            .formatted(
                                    measure.name(),
                                    String.join(", ", tags),
                                    measure.unit(),
                                    measure.kind() == Measure.Kind.COUNT ? ", counted" : "",
                                    measure.about())));
        }
    }
}
