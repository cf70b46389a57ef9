package dev.pulse.camel.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * The commands of the README, as they stand there, but for a local repository of their own: nothing of Pulse comes into that of
 * whoever builds.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no embedded Redis for it")
@DisabledIfSystemProperty(
        named = "pulse.build",
        matches = "offline=true",
        disabledReason = "the CLI and the exported project download")
class CamelCliTest {
    private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path FOLDER = TARGET.resolve("work");
    private static final String LOCAL = "-Dmaven.repo.local=" + TARGET.resolve("local");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String MVN =
            Path.of(System.getProperty("maven.home"), "bin", "mvn").toString();
    private static final String[] CAMEL = {JAVA, LOCAL, "@class-path", CamelCli.class.getName()};

    @BeforeAll
    static void writeTheRoutes() throws IOException {
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve("users.yaml"), Files.readString(Path.of("src/test/resources/users.yaml")));
        Files.writeString(
                FOLDER.resolve("class-path"), "-cp \"" + System.getProperty("surefire.test.class.path") + '"');
    }

    @Test
    void theRoutesRunUntilCtrlCAndHaveTheirRedisUntilTheyHaveStopped() throws Exception {
        Path output = newOutput();
        Process process = start(output, written("camel run", CAMEL));
        try {
            await().atMost(Duration.ofMinutes(5))
                    .until(() -> !process.isAlive() || Files.readString(output).contains("greeting user "));
            process.destroy(); // the same signal handler as that of Ctrl-C
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(output)
                    .content()
                    .contains("greeting user ", "Stopped route2")
                    .doesNotContain("state=failing");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void theExportedProjectBuildsAndRuns() throws Exception {
        run(written("camel export", CAMEL));
        run(written("mvn -f users", MVN, "-B", "-ntp", LOCAL));
        assertThat(run(written("java -jar users", JAVA, "-Dcamel.main.durationMaxMessages=6")))
                .contains("greeting user ");
    }

    /** The command in the README that begins so, with this in place of its first word. */
    private static List<String> written(String beginning, String... program) throws IOException {
        String command = Files.readString(ROOT.resolve("camel-pulse/README.md"))
                .replaceAll("\\\\\\R *", "") // the rest of a line that is too long
                .lines()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the README does not say " + beginning));
        return Stream.concat(
                        Stream.of(program),
                        Stream.of(command.split(" ")).skip(1).map(word -> word.replace("$PWD", ROOT.toString())))
                .toList();
    }

    /** What it says until it ends, which is to be without failure. */
    private static String run(List<String> command) throws Exception {
        Path output = newOutput();
        Process process = start(output, command);
        try {
            boolean ended = process.waitFor(10, TimeUnit.MINUTES);
            String said = Files.readString(output);
            assertThat(ended).as(said).isTrue();
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path newOutput() throws IOException {
        return Files.createTempFile(FOLDER, "output-", ".log");
    }

    private static Process start(Path output, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }
}
