package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.NewEvent;
import dev.pulse.testing.PulseTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.support.builder.ExpressionBuilder;
import org.apache.camel.support.builder.PredicateBuilder;

/** Which events a consumer gets, in which order, and which consumer. */
class SinkSelectionRouteTest extends RoutesTest {
    private String sink(String options) {
        return "pulse-sink:" + stream + "/mails" + options;
    }

    private void addTo(String topic, String payload) throws InterruptedException {
        events().add(NewEvent.of("order.placed", payload).withTopic(topic));
    }

    @PulseTest
    void topicIsMatchedExactly() throws Exception {
        route(r -> r.from(sink("?topic=eu")).to("mock:end"));
        addTo("eu", "a");
        addTo("eu.west", "b");
        add("c");
        addTo("eu", "d");
        awaitBodies("a", "d");
        awaitNothingPending("mails");
    }

    @PulseTest
    void topicPatternIsFoundInTheTopic() throws Exception {
        route(r -> r.from(sink("?topicPattern=RAW(^eu\\.\\w+$)")).to("mock:end"));
        addTo("eu", "a");
        addTo("eu.west", "b");
        addTo("us.eu.west", "c");
        addTo("eu.east", "d");
        awaitBodies("b", "d");
        awaitNothingPending("mails");
    }

    @PulseTest
    void filterIsInSimpleLanguageOrAReference() throws Exception {
        Predicate notB = PredicateBuilder.not(PredicateBuilder.contains(
                ExpressionBuilder.bodyExpression(String.class), ExpressionBuilder.constantExpression("b")));
        context.getRegistry().bind("notB", notB);
        route(r -> r.from(sink("?codec=string&filter=RAW(${header.country} == 'se')"))
                .to("mock:end"));
        route(r -> r.from("pulse-sink:" + stream + "/others?filter=#notB").to("mock:others"));
        events().add(NewEvent.of("e", "a").withHeader("country", "se"));
        events().add(NewEvent.of("e", "b").withHeader("country", "fi"));
        events().add(NewEvent.of("e", "c").withHeader("country", "se"));
        awaitBodies("a", "c");
        awaitNothingPending("mails");
        await().until(() -> getMockEndpoint("mock:others").getReceivedCounter() == 2);
        awaitNothingPending("others");
    }

    @PulseTest
    void filterThatThrowsIsAFailedDelivery() throws Exception {
        Predicate picky = exchange -> {
            if (exchange.getIn().getBody(String.class).equals("b")) {
                throw new IllegalStateException("not for me");
            }
            return true;
        };
        context.getRegistry().bind("picky", picky);
        route(r -> r.from(sink("?maxDeliveries=2&backoff=1ms&filter=#picky")).to("mock:end"));
        add("a", "b", "c");
        assertThat(awaitDeadLetter().cause()).contains("not for me");
        awaitBodies("a", "c");
        awaitNothingPending("mails");
    }

    @PulseTest
    void filterIsNotAskedAboutAPayloadThatCannotBeDecoded() throws Exception {
        route(r -> r.from(sink("?codec=json&maxDeliveries=2&backoff=1ms&filter=RAW(${body[id]} == 2)"))
                .to("mock:end"));
        add("{\"id\":2}", "no json", "{\"id\":3}");
        assertThat(awaitDeadLetter().cause()).contains("cannot be decoded");
        await().until(() -> mock().getReceivedCounter() == 1);
        awaitNothingPending("mails");
    }

    private DeadLetter<String> awaitDeadLetter() {
        return await().until(() -> events().deadLetters().list(10), letters -> letters.size() == 1)
                .getFirst();
    }

    @PulseTest
    void orderByKeepsTheOrderOfAKeyAcrossThreadsAndFailures() throws Exception {
        Map<String, List<String>> byKey = new ConcurrentHashMap<>();
        AtomicInteger failures = new AtomicInteger();
        route(r -> r.from(sink("?codec=string&concurrentConsumers=10&backoff=1ms&orderBy=${header.customer}"))
                .to("seda:later"));
        route(r -> r.from("seda:later?concurrentConsumers=10")
                .process(e -> {
                    if (e.getIn().getBody(String.class).endsWith("3") && failures.incrementAndGet() % 2 == 1) {
                        throw new IllegalStateException("not yet");
                    }
                    byKey.computeIfAbsent(
                                    e.getIn().getHeader("customer", String.class), key -> new CopyOnWriteArrayList<>())
                            .add(e.getIn().getBody(String.class));
                })
                .to("mock:end"));
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            expected.add("n" + i);
            for (String customer : List.of("ann", "bo", "cy")) {
                events().add(NewEvent.of("e", "n" + i).withHeader("customer", customer));
            }
        }
        awaitNothingPending("mails");
        await().until(() -> mock().getReceivedCounter() == 30);
        assertThat(byKey)
                .hasSize(3)
                .allSatisfy((customer, seen) -> assertThat(seen).isEqualTo(expected));
    }

    @PulseTest
    void withOneKeyForAllNothingPassesAnEventThatFails() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> r.from(sink("?orderBy=all&concurrentConsumers=3&backoff=50ms&codec=string"))
                .process(e -> {
                    if (e.getIn().getBody().equals("b") && tries.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        add("a", "b", "c", "d");
        awaitBodies("a", "b", "c", "d");
        assertThat(tries).hasValue(3);
        awaitNothingPending("mails");
    }

    @PulseTest
    void keysOfOtherEventsGoOnBesideOneThatIsSlow() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        Expression body = ExpressionBuilder.bodyExpression(String.class);
        context.getRegistry().bind("byBody", body);
        route(r -> r.from(sink("?concurrentConsumers=3&orderBy=#byBody"))
                .process(e -> {
                    if (e.getIn().getBody(String.class).equals("slow")) {
                        gate.await();
                    }
                })
                .to("mock:end"));
        add("slow", "slow", "a", "b");
        await().untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrder("a", "b"));
        gate.countDown();
        await().until(() -> bodies().size() == 4);
        awaitNothingPending("mails");
    }

    @PulseTest
    void exclusiveHasOneActiveMemberAndASuccessorWithAGreaterToken() throws Exception {
        for (String route : List.of("one", "two")) {
            route(r -> r.from(sink("?exclusive=true&ackDeadline=5s&blockTime=100ms&batchSize=" + route.length()))
                    .routeId(route)
                    .setHeader("route", r.constant(route))
                    .to("mock:end"));
        }
        add("a", "b", "c", "d");
        awaitBodies("a", "b", "c", "d");
        assertThat(mock().getReceivedExchanges())
                .extracting(e -> e.getIn().getHeader("route"))
                .containsOnly(active());
        long before = token();
        context.getRouteController().stopRoute(active());
        String first = active();
        add("e");
        awaitBodies("a", "b", "c", "d", "e");
        assertThat(active()).isNotEqualTo(first);
        assertThat(token()).isGreaterThan(before);
    }

    private String active() {
        return mock().getReceivedExchanges().getLast().getIn().getHeader("route", String.class);
    }

    private long token() {
        return mock().getReceivedExchanges().getLast().getIn().getHeader(PulseConstants.FENCING_TOKEN, Long.class);
    }

    @PulseTest
    void withoutExclusiveThereIsNoToken() throws Exception {
        route(r -> r.from(sink("")).to("mock:end"));
        add("a");
        awaitBodies("a");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeaders())
                .doesNotContainKeys(PulseConstants.FENCING_TOKEN, PulseConstants.MANUAL_ACK);
    }
}
