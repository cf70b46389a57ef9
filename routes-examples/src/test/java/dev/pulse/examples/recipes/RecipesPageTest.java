package dev.pulse.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.pulse.examples.readme.Pages;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whoever pastes a recipe finds on its page all that it needs. */
class RecipesPageTest {
    private static final String PAGE = Pages.text(Pages.ROOT.resolve("camel-pulse/RECIPES.md"));
    private static final String COMPONENTS = "META-INF/services/org/apache/camel/component/";
    private static final String CAMEL_CORE = "META-INF/maven/org.apache.camel/camel-core/pom.xml";
    /** Of what has a version on the page: the property of the build that says which one is tested. */
    private static final Map<String, String> VERSIONS = Map.of(
            "jedis", "jedis.version",
            "camel-bom", "camel.version",
            "embedded-redis", "embedded-redis.version",
            "slf4j-simple", "slf4j.version",
            "h2", "h2.version");

    private static Stream<MatchResult> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }

    @Test
    void versionsAreThoseThatAreTested() {
        String build = Pages.text(Pages.ROOT.resolve("pom.xml"));
        Set<String> seen = new HashSet<>();
        Stream.concat(
                        found("<artifactId>([\\w-]+)</artifactId><version>([^<]+)</version>", PAGE),
                        found("`[\\w.]+:([\\w-]+):([\\d.]+)`", PAGE))
                .filter(named -> seen.add(named.group(1)) && !named.group(1).equals("camel-pulse"))
                .forEach(named -> assertThat(build)
                        .as(named.group(1))
                        .contains("<%1$s>%2$s</%1$s>".formatted(VERSIONS.get(named.group(1)), named.group(2))));
        assertThat(seen).containsAll(VERSIONS.keySet()).contains("camel-pulse");
    }

    @TestFactory
    Stream<DynamicTest> everyClassAndSchemeIsInWhatThePageNames() throws IOException {
        Set<String> base = new TreeSet<>(Set.of("pulse-engine"));
        found("<artifactId>([\\w-]+)</artifactId>", PAGE).forEach(named -> base.add(named.group(1)));
        try (InputStream core = CamelContext.class.getClassLoader().getResourceAsStream(CAMEL_CORE)) {
            String pom = new String(Objects.requireNonNull(core).readAllBytes(), StandardCharsets.UTF_8);
            found("<artifactId>(camel-[\\w-]+)</artifactId>", pom).forEach(named -> base.add(named.group(1)));
        }
        return Arrays.stream(PAGE.split("\n## "))
                .skip(2)
                .map(section -> dynamicTest(section.lines().findFirst().orElseThrow(), () -> {
                    Set<String> named = new TreeSet<>(base);
                    found("`[\\w.]+:([\\w-]+)(?::[\\d.]+)?`", section).forEach(more -> named.add(more.group(1)));
                    Set<String> used = used(section);
                    used.removeIf(artifact -> artifact.startsWith("camel-core")); // parts of camel-core
                    assertThat(named).containsAll(used);
                }));
    }

    /** The artifacts that code needs. */
    private static Set<String> used(String code) throws Exception {
        Set<String> used = new TreeSet<>();
        for (MatchResult name : found("(?m)^import ((?!java\\.)[\\w.]+);", code).toList()) {
            used.add(artifact(Class.forName(name.group(1))
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()));
        }
        for (MatchResult scheme : found("(?:\\(\"|uri: |to: \"?|toD: \"?|:)([a-z][a-z-]+):[a-zA-Z{$]", code)
                .toList()) {
            URL component = RecipesPageTest.class.getClassLoader().getResource(COMPONENTS + scheme.group(1));
            if (component != null) {
                used.add(artifact(component));
            }
        }
        return used;
    }

    /** That a jar, something in it, or a folder of classes of this project is of. */
    private static String artifact(URL location) {
        String file = location.toString().replaceFirst("^jar:", "").replaceFirst("!.*$", "");
        Path path = Path.of(URI.create(file.replaceFirst("/target/classes/.*$", "")));
        return path.getFileName().toString().replaceFirst("-\\d.*$", "");
    }
}
