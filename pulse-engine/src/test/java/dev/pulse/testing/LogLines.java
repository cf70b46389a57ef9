package dev.pulse.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the tests have logged, from warnings up: the file that {@code simplelogger.properties} names. */
public final class LogLines {
    private static final Path FILE = Path.of("target", "tests.log");

    private LogLines() {}

    /** All lines that contain one of these, in this file of many tests. */
    public static List<String> with(String... parts) {
        try (Stream<String> lines = Files.lines(FILE, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> Stream.of(parts).anyMatch(line::contains))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
