package dev.pulse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the tests have logged: the file that {@code simplelogger.properties} names, and which loggers it says. */
public final class LogLines {
    private static final Path FILE = Path.of("target", "tests.log");
    private static final String INFO = " INFO ";

    private LogLines() {}

    /** All lines from warnings up that contain one of these, in this file of many tests. */
    public static List<String> with(String... parts) {
        return all(parts).stream().filter(line -> !line.contains(INFO)).toList();
    }

    /** The lines below warnings that contain one of these. */
    public static List<String> infos(String... parts) {
        return all(parts).stream().filter(line -> line.contains(INFO)).toList();
    }

    private static List<String> all(String... parts) {
        try (Stream<String> lines = Files.lines(FILE, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> Stream.of(parts).anyMatch(line::contains))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
