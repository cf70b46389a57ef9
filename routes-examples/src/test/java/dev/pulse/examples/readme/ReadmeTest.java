package dev.pulse.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.pool.PoolClient;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the READMEs and other pages show stands in sources, and works. */
class ReadmeTest {
    private static final Path ROOT = Pages.ROOT;
    private static final Pattern SNIPPET =
            Pattern.compile("<!-- snippet: (\\S+)#(\\S+) -->\\R```\\w+\\R(.*?)```", Pattern.DOTALL);

    static Stream<Path> readmes() throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            Stream<Path> ofFolders = Stream.concat(Stream.of(ROOT), modules.toList().stream())
                    .flatMap(folder -> Stream.of(folder.resolve("README.md"), folder.resolve("RECIPES.md")));
            return Stream.concat(ofFolders, Pages.all().stream()).filter(Files::exists);
        }
    }

    @ParameterizedTest
    @MethodSource("readmes")
    void everySnippetStandsInItsSource(Path readme) throws IOException {
        Matcher snippets = SNIPPET.matcher(Files.readString(readme));
        while (snippets.find()) {
            assertThat(snippets.group(3).stripTrailing())
                    .as("%s#%s", snippets.group(1), snippets.group(2))
                    .isEqualTo(source(ROOT.resolve(snippets.group(1)), snippets.group(2)));
        }
    }

    @ParameterizedTest
    @MethodSource("readmes")
    void everyBlockOfJavaAndYamlIsASnippet(Path readme) throws IOException {
        String text = Files.readString(readme);
        long blocks = Pattern.compile("^```(java|yaml)$", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .count();
        assertThat(SNIPPET.matcher(text).results().count()).isEqualTo(blocks);
    }

    @ParameterizedTest
    @MethodSource("readmes")
    void everyLinkIntoTheProjectLeadsSomewhere(Path readme) throws IOException {
        Matcher links = Pattern.compile("\\]\\((?!https?:)([^)#]+)\\)").matcher(Files.readString(readme));
        while (links.find()) {
            assertThat(readme.resolveSibling(links.group(1))).exists();
        }
    }

    @ParameterizedTest
    @MethodSource("readmes")
    void everyLinkWithinAReadmeLeadsToAHeading(Path readme) throws IOException {
        String text = Files.readString(readme);
        List<String> headings = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
        Matcher links = Pattern.compile("\\]\\(#([^)]+)\\)").matcher(text);
        while (links.find()) {
            assertThat(headings).contains(links.group(1));
        }
    }

    /** The lines between {@code snippet: name} and {@code end}, without their common indentation. */
    private static String source(Path file, String name) throws IOException {
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        int from = 0;
        while (!lines.get(from).strip().endsWith("snippet: " + name)) {
            from++;
        }
        int to = from + 1;
        while (!lines.get(to).strip().matches("(//|#) end")) {
            to++;
        }
        return String.join("\n", lines.subList(from + 1, to)).stripIndent().stripTrailing();
    }

    @Test
    void theEngineSnippetRuns() throws Exception {
        ReadmeEngine.main(new String[0]);
    }

    @Test
    void theJavaRoutesRun() throws Exception {
        runRoutes(context -> context.addRoutes(new ReadmeRoutes()), "projection", "send-mail");
    }

    @Test
    void theRoutesOverAMapRun() throws Exception {
        try (Pulse pulse = Pulse.connect("embedded:");
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("pulse", pulse);
            context.addRoutes(new ReadmeRoutes());
            for (String end : List.of("order", "projection", "send-mail")) {
                context.addRoutes(end(end));
            }
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            MockEndpoint orders = context.getEndpoint("mock:order", MockEndpoint.class);
            template.sendBody("direct:shop", "early");
            template.sendBody("direct:open-shop", "");
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                template.sendBody("direct:shop", "bread");
                return orders.getReceivedCounter() > 0;
            });
            assertThat(orders.getReceivedExchanges())
                    .extracting(exchange -> exchange.getIn().getBody())
                    .containsOnly("bread");
        }
    }

    @Test
    void theRoutesOfAPoolRun() throws Exception {
        try (Pulse pulse = Pulse.connect("embedded:");
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("pulse", pulse);
            context.addRoutes(new ReadmeRoutes());
            for (String end : List.of("order", "projection", "send-mail", "track")) {
                context.addRoutes(end(end));
            }
            context.start();
            ProducerTemplate template = context.createProducerTemplate();
            MockEndpoint tracked = context.getEndpoint("mock:track", MockEndpoint.class);
            tracked.expectedBodiesReceived("to ada");
            template.sendBodyAndHeader("direct:parcel", "to ada", "parcel", "parcel-7");
            tracked.assertIsSatisfied(20_000);
            tracked.reset();
            tracked.expectedHeaderReceived("CamelPulseJobEvent", "stop");
            tracked.expectedMessageCount(1);
            try (PoolClient pool = pulse.pool("parcels")) {
                assertThat(pool.stopJob("parcel-7")).isTrue();
            }
            tracked.assertIsSatisfied(20_000);
        }
    }

    private static RouteBuilder end(String name) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name).to("mock:" + name);
            }
        };
    }

    @Test
    void theYamlRouteRuns() throws Exception {
        RoutesBuilder publishing = new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sign-up").to("pulse-stream:users?eventName=user.created");
            }
        };
        runRoutes(
                context -> {
                    PluginHelper.getRoutesLoader(context)
                            .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:readme/sink.yaml"));
                    context.addRoutes(publishing);
                },
                "send-mail");
    }

    @FunctionalInterface
    private interface Setup {
        void accept(CamelContext context) throws Exception;
    }

    private static void runRoutes(Setup routes, String... reached) throws Exception {
        try (Pulse pulse = Pulse.connect("embedded:");
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("pulse", pulse);
            routes.accept(context);
            for (String end : reached) {
                context.addRoutes(end(end));
            }
            context.start();
            context.createProducerTemplate().sendBody("direct:sign-up", "ada@example.org");
            for (String end : reached) {
                MockEndpoint mock = context.getEndpoint("mock:" + end, MockEndpoint.class);
                mock.expectedBodiesReceived("ada@example.org");
                mock.assertIsSatisfied(20_000);
            }
            EventStream<byte[]> users = pulse.stream("users");
            assertThat(users.reader(ReaderOptions.builder()
                                    .startAt(StartAt.oldest())
                                    .build())
                            .poll(10, Duration.ofSeconds(5)))
                    .hasSize(1);
        }
    }
}
