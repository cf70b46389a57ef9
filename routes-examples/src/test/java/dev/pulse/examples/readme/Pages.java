package dev.pulse.examples.readme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pages for operators, and the sources that they speak of. */
public final class Pages {
    public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern RIGHTS = Pattern.compile("<!-- rights: (\\w+) -->\\R```\\R(.*)\\R```");

    private Pages() {}

    static List<Path> all() {
        return List.of(ROOT.resolve("PRODUCTION.md"), ROOT.resolve("TROUBLESHOOTING.md"));
    }

    public static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rules that Redis' ACL is to have for what a program uses: all, streams, maps, pools. */
    static List<String> rights(String use) {
        Matcher blocks = RIGHTS.matcher(text(ROOT.resolve("PRODUCTION.md")));
        while (blocks.find()) {
            if (blocks.group(1).equals(use)) {
                return List.of(blocks.group(2).split(" "));
            }
        }
        throw new IllegalArgumentException("no rights of " + use);
    }

    /** All that these folders of sources and resources say. */
    static String sources(String... folders) {
        StringBuilder texts = new StringBuilder();
        for (String folder : folders) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
                files.filter(Files::isRegularFile).map(Pages::text).forEach(texts::append);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return texts.toString();
    }
}
