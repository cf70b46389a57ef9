package dev.pulse.examples.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.component.mock.InterceptSendToMockEndpointStrategy;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.Main;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;

/** Each recipe, alone in one context or in two that stand for two processes, does what its page says. */
class RecipesTest {
    private final EmbeddedRedis redis = EmbeddedRedis.start();
    private final List<Main> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Main::stop);
        redis.close();
    }

    @PulseTest
    void theApplicationRuns() throws Exception {
        Application.main(new String[] {"-duration", "3s"});
    }

    @PulseTest
    void contentBasedRoutingInJava() throws Exception {
        contentBasedRouting("java");
    }

    @PulseTest
    void contentBasedRoutingInYaml() throws Exception {
        contentBasedRouting("yaml");
    }

    private void contentBasedRouting(String language) throws Exception {
        CamelContext process = process(language, new ContentBasedRouting(), "content-based-routing");
        eventually().until(() -> bodies("approve", process).size() >= 2);
        List<String> approved = bodies("approve", process);
        assertThat(approved).allMatch(order -> euros(order) >= 1_000);
        eventually().untilAsserted(() -> assertThat(bodies("pack", process)).containsAll(approved));
        eventually().until(() -> bodies("pack", process).stream().anyMatch(order -> euros(order) < 1_000));
    }

    private static int euros(String order) {
        return Integer.parseInt(order.replaceAll("\\D", ""));
    }

    @PulseTest
    void competingConsumersInJava() throws Exception {
        competingConsumers("java");
    }

    @PulseTest
    void competingConsumersInYaml() throws Exception {
        competingConsumers("yaml");
    }

    private void competingConsumers(String language) throws Exception {
        CamelContext one = process(language, new CompetingConsumers(), "competing-consumers");
        CamelContext other = process(language, new CompetingConsumers(), "competing-consumers");
        eventually().until(() -> !bodies("charge", one).isEmpty());
        eventually().until(() -> !bodies("charge", other).isEmpty());
        assertThat(bodies("charge", one, other)).doesNotHaveDuplicates();
    }

    @PulseTest
    void fanOutAndFanIn() throws Exception {
        CamelContext one = process(new FanOutFanIn());
        CamelContext other = process(new FanOutFanIn());
        eventually().until(() -> bodies("compare", one, other).size() >= 4);
        for (String offers : bodies("compare", one, other)) {
            assertThat(offers.split(",")).hasSize(2);
            assertThat(offers).contains("north: ", "south: ");
        }
    }

    @PulseTest
    void eventSourcing() throws Exception {
        CamelContext first = process(new EventSourcing());
        eventually().until(() -> bodies("balance", first).size() >= 5);
        List<String> before = bodies("balance", first);
        processes.removeLast().stop();
        CamelContext second = process(new EventSourcing());
        eventually()
                .untilAsserted(() -> assertThat(bodies("balance", second)).startsWith(before.toArray(new String[0])));
    }

    @PulseTest
    void idempotentConsumer() throws Exception {
        CamelContext one = process(new IdempotentConsumer());
        CamelContext other = process(new IdempotentConsumer());
        eventually().until(() -> bodies("book", one, other).size() >= 10);
        assertThat(bodies("book", one, other)).doesNotHaveDuplicates();
    }

    @PulseTest
    void splitAndAggregate() throws Exception {
        CamelContext process = process(new SplitAndAggregate());
        // more than the time-out of a group may be between two orders, so any may be smaller
        eventually()
                .untilAsserted(() -> assertThat(bodies("archive", process))
                        .anySatisfy(lines ->
                                assertThat(lines.split(",")).hasSize(30).contains("milk")));
        endInput(process);
        eventually()
                .until(() ->
                        ask(process, "pulse-sink:lines/archive?operation=lag").equals(0L));
        eventually()
                .until(() -> ask(process, "pulse-sink:lines/archive?operation=pending")
                        .equals(0L));
    }

    @PulseTest
    void claimCheckInJava() throws Exception {
        claimCheck("java");
    }

    @PulseTest
    void claimCheckInYaml() throws Exception {
        claimCheck("yaml");
    }

    private void claimCheck(String language) throws Exception {
        CamelContext process = process(language, new ClaimCheck(), "claim-check");
        eventually().until(() -> bodies("print", process).size() >= 3);
        assertThat(bodies("print", process))
                .doesNotHaveDuplicates()
                .allMatch(body -> body.startsWith("a long document"));
        endInput(process);
        eventually()
                .until(() -> ask(process, "pulse-map:documents?operation=size").equals(0));
    }

    @PulseTest
    void leaderOnly() throws Exception {
        CamelContext first = process(new LeaderOnly());
        eventually().until(() -> !bodies("report", first).isEmpty());
        CamelContext second = process(new LeaderOnly());
        int before = bodies("report", first).size();
        eventually().until(() -> bodies("report", first).size() >= before + 2);
        assertThat(bodies("report", second)).isEmpty();
        processes.removeFirst().stop();
        eventually().until(() -> !bodies("report", second).isEmpty());
    }

    @PulseTest
    void flagRoutingInJava() throws Exception {
        flagRouting("java");
    }

    @PulseTest
    void flagRoutingInYaml() throws Exception {
        flagRouting("yaml");
    }

    private void flagRouting(String language) throws Exception {
        CamelContext process = process(language, new FlagRouting(), "flag-routing");
        eventually().until(() -> !bodies("old", process).isEmpty());
        eventually().until(() -> !bodies("new", process).isEmpty());
    }

    @PulseTest
    void cacheAndLimit() throws Exception {
        long begin = System.nanoTime();
        CamelContext one = process(new CacheAndLimit());
        CamelContext other = process(new CacheAndLimit());
        eventually().until(() -> !bodies("too-many-calls", one).isEmpty());
        eventually().until(() -> !bodies("too-many-calls", other).isEmpty());
        eventually()
                .until(() -> bodies("price", one, other).size()
                        > bodies("partner", one, other).size());
        int calls = bodies("partner", one, other).size();
        long windows = 1 + Duration.ofNanos(System.nanoTime() - begin).dividedBy(Duration.ofSeconds(10));
        assertThat(calls).isLessThanOrEqualTo((int) (20 * windows));
    }

    @PulseTest
    void outbox() throws Exception {
        CamelContext process = process(new Outbox());
        eventually().until(() -> bodies("charge", process).size() >= 5);
        assertThat(bodies("charge", process)).doesNotHaveDuplicates().allMatch(body -> body.startsWith("order "));
        endInput(process);
        eventually().until(() -> ask(process, "sql:select 1 from outbox").equals(List.of()));
    }

    @PulseTest
    void requestAndReply() throws Exception {
        CamelContext one = process(new RequestReply());
        CamelContext other = process(new RequestReply());
        eventually().until(() -> bodies("answer", one, other).size() >= 10);
        assertThat(bodies("answer", one, other)).doesNotHaveDuplicates().allMatch(body -> body.contains(" has "));
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(60));
    }

    private CamelContext process(String language, RoutesBuilder java, String yaml) throws Exception {
        return language.equals("java") ? process(java) : process("classpath:recipes/" + yaml + ".yaml");
    }

    private CamelContext process(RoutesBuilder recipe) throws Exception {
        Main main = new Main();
        main.configure().addRoutesBuilder(recipe);
        return started(main);
    }

    private CamelContext process(String recipe) throws Exception {
        Main main = new Main();
        main.configure().withRoutesIncludePattern(recipe);
        return started(main);
    }

    /** As {@link Application} does it; what goes to a log goes to a mock, too. */
    private CamelContext started(Main main) throws Exception {
        processes.add(main);
        main.addInitialProperty("camel.component.pulse-stream.uri", redis.uri());
        main.init();
        CamelContext context = main.getCamelContext();
        context.getCamelContextExtension().registerEndpointCallback(new InterceptSendToMockEndpointStrategy("log:*"));
        main.start();
        return context;
    }

    /** What has come to the end of that name so far. */
    private static List<String> bodies(String end, CamelContext... contexts) {
        return Stream.of(contexts)
                .map(context -> context.getEndpoint("mock:log:" + end, MockEndpoint.class))
                .flatMap(mock -> mock.getReceivedExchanges().stream())
                .map(RecipesTest::body)
                .toList();
    }

    private static String body(Exchange exchange) {
        Object body = exchange.getIn().getBody();
        return body instanceof List<?> list
                ? String.join(",", list.stream().map(Object::toString).toList())
                : String.valueOf(exchange.getIn().getBody(String.class));
    }

    private static Object ask(CamelContext context, String uri) {
        return context.createProducerTemplate().requestBody(uri, "");
    }

    private static void endInput(CamelContext context) throws Exception {
        for (var route : context.getRoutes()) {
            if (route.getEndpoint().getEndpointUri().startsWith("timer:")) {
                context.getRouteController().stopRoute(route.getRouteId());
            }
        }
    }
}
