package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.Timetable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** Without the library that reads cron expressions. */
class CronLibraryTest {
    @Test
    void periodsNeedItNotAndCronExpressionsSayWhatIsMissing() throws IOException {
        String classPath = Path.of("target", "classes") + File.pathSeparator + Path.of("target", "test-classes");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Main.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(said.strip())
                .isEqualTo("1000, a cron expression needs the library com.cronutils:cron-utils, which is not on the"
                        + " class path");
    }

    /** Prints when something is due a second after 0, and why something else is not. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) {
            long second = DueTimes.of(Timetable.every(Duration.ofSeconds(1))).after(0);
            try {
                Timetable.cron("* * * * *", ZoneId.of("UTC"));
            } catch (IllegalStateException e) {
                System.out.println(second + ", " + e.getMessage());
            }
        }
    }
}
