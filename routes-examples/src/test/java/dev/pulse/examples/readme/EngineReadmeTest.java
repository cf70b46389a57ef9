package dev.pulse.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The tables in the engine's README say what the code says. */
class EngineReadmeTest {
    private static String section(String heading) throws IOException {
        String text = Files.readString(Path.of("../pulse-engine/README.md"));
        Matcher found = Pattern.compile("^## " + heading + "$(.*?)(^## |\\z)", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(text);
        assertThat(found.find()).as("section %s", heading).isTrue();
        return found.group(1);
    }

    static Stream<Record> defaults() {
        return Stream.of(
                ReaderOptions.defaults(),
                SinkOptions.defaults(),
                PoolOptions.defaults(),
                PoolSettings.DEFAULTS,
                WorkerOptions.defaults());
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void everyDefaultIsAsTheTableSays(Record options) throws Exception {
        String table = section("Defaults");
        for (RecordComponent option : options.getClass().getRecordComponents()) {
            String name = options.getClass().getSimpleName() + "." + option.getName();
            Matcher row = Pattern.compile(
                            "^\\| `" + Pattern.quote(name) + "`[^|]*\\| `?([^|]*?)`? \\|", Pattern.MULTILINE)
                    .matcher(table);
            if (row.find()) {
                assertThat(row.group(1))
                        .as(name)
                        .startsWith(shown(option.getAccessor().invoke(options)));
            } else {
                assertThat(table).contains("`" + option.getName() + "`");
            }
        }
    }

    private static String shown(Object value) {
        return switch (value) {
            case Duration time
            when time.equals(Duration.ofDays(time.toDays())) && !time.isZero() -> time.toDays() + " days";
            case Duration time when time.toSeconds() % 60 == 0 -> time.toMinutes() + " min";
            case Duration time -> time.toSeconds() + " s";
            case Integer count when count == Integer.MAX_VALUE -> "unbounded";
            case Integer count -> String.format(Locale.ROOT, "%,d", count);
            case StartAt.Oldest oldest -> "oldest";
            case StartAt.Newest newest -> "newest";
            default -> value.toString();
        };
    }

    @Test
    void everyErrorIsInTheTable() throws IOException {
        String table = section("Errors");
        for (Class<?> error : PulseException.class.getPermittedSubclasses()) {
            assertThat(table).contains("| `" + error.getSimpleName() + "` |");
        }
    }

    @Test
    void everyEventIsInTheTable() throws IOException {
        String table = section("Operating");
        for (Class<?> event : PulseEvent.class.getPermittedSubclasses()) {
            assertThat(table).contains("`" + event.getSimpleName() + "`");
        }
    }
}
