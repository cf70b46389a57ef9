package dev.pulse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each promise of the README is attacked by the tests that it names, and by no others; each fault has its tests. */
class PromisesTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| .*\\((P\\d+)\\) \\| (`.*?) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)`");

    private final Map<Promise, Set<String>> tests = new EnumMap<>(Promise.class);
    private final Set<Fault> faults = EnumSet.noneOf(Fault.class);

    @BeforeEach
    void collect() throws IOException, ClassNotFoundException {
        Path root = Path.of("target", "test-classes");
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(file -> file.toString().endsWith("Test.class")).toList();
        }
        for (Path file : files) {
            String name = root.relativize(file).toString().replace(File.separatorChar, '.');
            collect(Class.forName(name.substring(0, name.length() - ".class".length())));
        }
    }

    private void collect(Class<?> type) {
        Stream.concat(Stream.of(type), Arrays.stream(type.getDeclaredMethods()))
                .flatMap(tried -> Arrays.stream(tried.getAnnotationsByType(Attacks.class)))
                .forEach(attacks -> {
                    faults.add(attacks.by());
                    List.of(attacks.value()).forEach(promise -> tests(promise).add(type.getSimpleName()));
                });
    }

    private Set<String> tests(Promise promise) {
        return tests.computeIfAbsent(promise, same -> new TreeSet<>());
    }

    @Test
    void theReadmeNamesTheTestsThatAttackEachPromise() throws IOException {
        Map<Promise, Set<String>> named = new EnumMap<>(Promise.class);
        Matcher rows = ROW.matcher(Files.readString(Path.of("README.md")));
        while (rows.find()) {
            Set<String> names = new TreeSet<>();
            TEST.matcher(rows.group(2)).results().forEach(name -> names.add(name.group(1)));
            named.put(Promise.valueOf(rows.group(1)), names);
        }
        for (Promise promise : Promise.values()) {
            assertThat(named.get(promise)).as("%s", promise).isNotEmpty().isEqualTo(tests(promise));
        }
    }

    @Test
    void eachFaultIsMade() {
        // those of the Camel endpoints attack that one, and stand in their README
        assertThat(faults).isEqualTo(EnumSet.complementOf(EnumSet.of(Fault.F23)));
    }
}
