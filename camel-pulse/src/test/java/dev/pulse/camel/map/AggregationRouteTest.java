package dev.pulse.camel.map;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.PulseTest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.junit.jupiter.api.Timeout;
import redis.clients.jedis.Jedis;

/** What users of aggregation repositories expect, over a map. */
class AggregationRouteTest extends RoutesTest {
    private String map() {
        return "groups-" + stream + "?uri=" + redis.uri();
    }

    private PulseAggregationRepository repository() {
        return new PulseAggregationRepository(map());
    }

    private void send(CamelContext to, String group, String... bodies) throws Exception {
        try (ProducerTemplate sending = to.createProducerTemplate()) {
            for (String body : bodies) {
                sending.requestBodyAndHeader("direct:in", body, "group", group);
            }
        }
    }

    /** Another context, as that of another process. */
    private static CamelContext context(RouteBuilder routes) throws Exception {
        CamelContext made = new DefaultCamelContext();
        made.getShutdownStrategy().setTimeout(5);
        made.addRoutes(routes);
        made.start();
        return made;
    }

    /** What the map holds, but for who is alive. */
    private List<String> groups() {
        try (Jedis jedis = jedis()) {
            return jedis.keys("*groups-" + stream + "*").stream()
                    .filter(key -> jedis.type(key).equals("hash"))
                    .flatMap(key -> jedis.hkeys(key).stream())
                    .filter(key -> key.startsWith("group:"))
                    .toList();
        }
    }

    @PulseTest
    void groupOutlivesItsContextAndIsGoneWhenItsExchangeIsComplete() throws Exception {
        try (CamelContext first = context(AggregationNode.route(repository(), "mock:end"))) {
            send(first, "g", "a", "b");
        }
        assertThat(groups()).hasSize(1);
        context.addRoutes(AggregationNode.route(repository(), "mock:end"));
        send(context, "g", "c", "d");
        awaitBodies("a,b,c");
        await().untilAsserted(() -> assertThat(groups()).hasSize(1));
        send(context, "g", "e", "f");
        awaitBodies("a,b,c", "d,e,f");
        await().untilAsserted(() -> assertThat(groups()).isEmpty());
    }

    @PulseTest
    void groupWhoseExchangeFailsIsDeliveredAgain() throws Exception {
        AtomicInteger deliveries = new AtomicInteger();
        context.addRoutes(AggregationNode.route(repository(), "direct:work"));
        route(r -> r.from("direct:work")
                .process(exchange -> {
                    if (deliveries.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        send(context, "g", "a", "b", "c");
        awaitBodies("a,b,c");
        Exchange come = mock().getReceivedExchanges().getFirst();
        assertThat(come.getIn().getHeader(Exchange.REDELIVERED)).isEqualTo(true);
        assertThat(come.getIn().getHeader(Exchange.REDELIVERY_COUNTER)).isEqualTo(2);
        assertThat(come.getProperty(Exchange.AGGREGATED_CORRELATION_KEY)).isEqualTo("g");
        await().untilAsserted(() -> assertThat(groups()).isEmpty());
    }

    @PulseTest
    void groupThatAlwaysFailsGoesToTheDeadLetters() throws Exception {
        PulseAggregationRepository repository = repository();
        repository.setMaximumRedeliveries(2);
        repository.setDeadLetterUri("mock:dead");
        context.addRoutes(AggregationNode.route(repository, "direct:work"));
        route(r -> r.from("direct:work").to("mock:tried").throwException(IllegalStateException.class, "never"));
        send(context, "g", "a", "b", "c");
        await().until(() -> getMockEndpoint("mock:dead").getReceivedCounter() == 1);
        assertThat(getMockEndpoint("mock:tried").getReceivedCounter()).isEqualTo(3);
        assertThat(getMockEndpoint("mock:dead")
                        .getReceivedExchanges()
                        .getFirst()
                        .getIn()
                        .getBody())
                .isEqualTo("a,b,c");
        await().untilAsserted(() -> assertThat(groups()).isEmpty());
    }

    @PulseTest
    @Timeout(120)
    void whatAKilledProcessCompletedIsDeliveredByAnotherOneAndWhatGrewGoesOn() throws Exception {
        context.addRoutes(AggregationNode.route(repository(), "mock:end"));
        try (AggregationNode node = AggregationNode.start(map())) {
            await().until(() -> groups().size() == 2 && isComplete());
        }
        awaitBodies("a,b,c");
        send(context, "growing", "y", "z");
        awaitBodies("a,b,c", "x,y,z");
        await().untilAsserted(() -> assertThat(groups()).isEmpty());
    }

    private boolean isComplete() {
        try (Jedis jedis = jedis()) {
            return jedis.keys("*groups-" + stream + "*").stream()
                    .filter(key -> jedis.type(key).equals("hash"))
                    .map(key -> jedis.hget(key, "group:complete"))
                    .anyMatch(group -> group != null && group.contains("a,b,c"));
        }
    }

    @PulseTest
    void whatIsBeingWorkedOnElsewhereIsLeftThere() throws Exception {
        PulseAggregationRepository other = repository();
        other.setCamelContext(context);
        other.start();
        try {
            complete(other, "g");
            context.addRoutes(AggregationNode.route(repository(), "mock:end"));
            PulseAggregationRepository third = repository();
            third.setCamelContext(context);
            third.start();
            for (int i = 0; i < 20; i++) {
                assertThat(third.scan(context)).isEmpty();
            }
            third.stop();
            assertThat(mock().getReceivedCounter()).isZero();
        } finally {
            other.stop();
        }
        // what it left is for others at once
        awaitBodies("x");
    }

    private Exchange exchange(String body) {
        Exchange exchange = context.getEndpoint("direct:in").createExchange();
        exchange.getIn().setBody(body);
        return exchange;
    }

    private Exchange read(PulseAggregationRepository repository, String key) {
        return requireNonNull(repository.get(context, key), key);
    }

    private void complete(PulseAggregationRepository repository, String key) {
        repository.add(context, key, null, exchange("x"));
        repository.remove(context, key, read(repository, key));
    }

    @PulseTest
    void ofTwoThatChangeTheSameGroupOneIsRefused() throws Exception {
        PulseAggregationRepository one = repository();
        PulseAggregationRepository two = repository();
        for (PulseAggregationRepository each : List.of(one, two)) {
            each.setCamelContext(context);
            each.start();
        }
        one.add(context, "k=%", null, exchange("a"));
        assertThatThrownBy(() -> two.add(context, "k=%", null, exchange("b")))
                .isInstanceOf(OptimisticLockingException.class);
        Exchange read = read(two, "k=%");
        Exchange alsoRead = read(one, "k=%");
        two.add(context, "k=%", read, exchange("ab"));
        assertThatThrownBy(() -> one.add(context, "k=%", alsoRead, exchange("ac")))
                .isInstanceOf(OptimisticLockingException.class);
        assertThatThrownBy(() -> one.remove(context, "k=%", alsoRead)).isInstanceOf(OptimisticLockingException.class);
        assertThat(read(one, "k=%").getIn().getBody()).isEqualTo("ab");
        assertThat(two.getKeys()).containsExactly("k=%");
        // a group that is complete is no obstacle to the next one of its key
        Exchange last = read(one, "k=%");
        one.remove(context, "k=%", last);
        two.add(context, "k=%", null, exchange("c"));
        one.confirm(context, last.getExchangeId());
        assertThat(one.recover(context, last.getExchangeId())).isNull();
        assertThat(read(one, "k=%").getIn().getBody()).isEqualTo("c");
        one.stop();
        two.stop();
    }

    @PulseTest
    @Timeout(120)
    void severalContextsAggregateTheSameGroupAndNothingIsLost() throws Exception {
        List<CamelContext> contexts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            PulseAggregationRepository repository = repository();
            contexts.add(context(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .aggregate(constant("all"), AggregationStrategies.string(","))
                            .aggregationRepository(repository)
                            .optimisticLocking()
                            .completionSize(10)
                            .to("pulse-stream:" + stream + "?codec=string&uri=" + redis.uri());
                }
            }));
        }
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int own = i;
            senders.add(Thread.ofVirtual().start(() -> {
                for (int each = 0; each < 25; each++) {
                    sendUnchecked(contexts.get(own % 2), own * 25 + each);
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        await().untilAsserted(() -> assertThat(events().snapshot().stream()
                        .flatMap(event -> Arrays.stream(event.payload().split(",")))
                        .map(Integer::valueOf)
                        .sorted()
                        .toList())
                .hasSize(100)
                .doesNotHaveDuplicates());
        for (CamelContext each : contexts) {
            each.close();
        }
    }

    private void sendUnchecked(CamelContext to, int body) {
        try {
            send(to, "all", Integer.toString(body));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @PulseTest
    void listsOfBodiesAreKeptAndCompletedByTimeOutAfterARestart() throws Exception {
        for (String body : new String[] {"a", "b"}) {
            try (CamelContext each = context(grouping(60_000, "mock:end"))) {
                send(each, "g", body);
            }
        }
        context.addRoutes(grouping(300, "mock:end"));
        send(context, "g", "c");
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getBody()).isEqualTo(List.of("a", "b", "c"));
    }

    private RouteBuilder grouping(long timeout, String to) {
        PulseAggregationRepository repository = repository();
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:in")
                        .aggregate(header("group"), new GroupedBodyAggregationStrategy())
                        .aggregationRepository(repository)
                        .completionTimeout(timeout)
                        .to(to);
            }
        };
    }

    @PulseTest
    void bodyThatCannotBeKeptFailsItsExchangeAndLeavesTheGroupAsItWas() throws Exception {
        PulseAggregationRepository repository = repository();
        context.addRoutes(AggregationNode.route(repository, "mock:end"));
        Exchange failed = template.request("direct:in", e -> {
            e.getIn().setBody(Instant.EPOCH);
            e.getIn().setHeader("group", "g");
        });
        assertThat(failed.getException()).hasStackTraceContaining("marshal it first");
        assertThat(groups()).isEmpty();
    }
}
