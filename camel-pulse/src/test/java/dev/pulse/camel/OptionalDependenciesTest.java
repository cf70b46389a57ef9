package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.embedded.EmbeddedRedis;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** All endpoints work in a process that has nothing of what is optional on its class path. */
class OptionalDependenciesTest {
    private static final List<String> OPTIONAL =
            List.of("camel-health", "camel-console", "camel-telemetry", "micrometer-", "jspecify");

    @Test
    @Timeout(120)
    void endpointsWorkWithoutWhatIsOptional() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start()) {
            String classPath = Arrays.stream(
                            System.getProperty("java.class.path").split(File.pathSeparator))
                    .filter(entry -> OPTIONAL.stream()
                            .noneMatch(optional ->
                                    Path.of(entry).getFileName().toString().startsWith(optional)))
                    .collect(Collectors.joining(File.pathSeparator));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx96m",
                            "-XX:TieredStopAtLevel=1",
                            // not the file of this JVM
                            "-Dorg.slf4j.simpleLogger.logFile=System.err",
                            "-cp",
                            classPath,
                            Bare.class.getName(),
                            redis.uri())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(output).isZero();
        }
    }

    /** What runs in that process. */
    static final class Bare {
        private Bare() {}

        public static void main(String[] args) throws Exception {
            for (String absent : List.of(
                    "org.apache.camel.impl.health.AbstractHealthCheck",
                    "org.apache.camel.impl.console.DefaultDevConsoleRegistry",
                    "org.apache.camel.telemetry.SpanDecorator",
                    "io.micrometer.core.instrument.MeterRegistry")) {
                requireAbsent(absent);
            }
            CountDownLatch arrived = new CountDownLatch(4);
            try (CamelContext context = new DefaultCamelContext()) {
                context.getShutdownStrategy().setTimeout(10);
                context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        for (String from : List.of("pulse-stream:s?uri=", "pulse-sink:s/k?uri=", "pulse-map:m?uri=")) {
                            from(from + args[0]).process(exchange -> arrived.countDown());
                        }
                        from("pulse-pool:p?uri=" + args[0]).process(exchange -> arrived.countDown());
                        from("direct:in")
                                .to("pulse-stream:s?uri=" + args[0])
                                .to("pulse-map:m?operation=set&key=k&uri=" + args[0])
                                .to("pulse-pool:p?key=k&uri=" + args[0]);
                    }
                });
                context.start();
                try (ProducerTemplate template = context.createProducerTemplate()) {
                    template.sendBody("direct:in", "x");
                }
                if (!arrived.await(60, TimeUnit.SECONDS)) {
                    throw new IllegalStateException(arrived.getCount() + " of 4 exchanges did not come");
                }
            }
        }

        private static void requireAbsent(String name) {
            try {
                Class.forName(name);
            } catch (ClassNotFoundException e) {
                return;
            }
            throw new IllegalStateException(name + " is on the class path");
        }
    }
}
