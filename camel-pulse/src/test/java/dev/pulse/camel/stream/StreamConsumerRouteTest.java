package dev.pulse.camel.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.stream.EventId;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Retention;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.ServiceStatus;
import org.apache.camel.support.processor.state.MemoryStateRepository;
import redis.clients.jedis.StreamEntryID;

class StreamConsumerRouteTest extends RoutesTest {
    /** What the JSON route reads. */
    public record Order(int amount) {}

    private final ToldExceptions told = new ToldExceptions();
    private final MemoryStateRepository repository = new MemoryStateRepository();

    private EventId addWithTopic(String payload, String topic) throws InterruptedException {
        return events().add(NewEvent.of("order.placed", payload).withTopic(topic));
    }

    private String kept() {
        return repository.getState(stream);
    }

    private void offsets(String from) throws Exception {
        context.getRegistry().bind("offsets", repository);
        route(r -> r.from("pulse-stream:" + stream + "?offsetRepository=#offsets" + from)
                .routeId("all")
                .to("mock:end"));
    }

    @PulseTest
    void defaultsAreThoseOfTheEngine() {
        PulseStreamEndpoint endpoint = context.getEndpoint("pulse-stream:" + stream, PulseStreamEndpoint.class);
        assertThat(endpoint.readerOptions(StartAt.newest(), endpoint.eventMapping())
                        .build())
                .isEqualTo(ReaderOptions.defaults());
    }

    @PulseTest
    void consumerThatStartsAgainGoesOnAfterTheStoredOffset() throws Exception {
        offsets("");
        add("a", "b");
        awaitBodies("a", "b");
        EventId last = events().snapshot().getLast().id();
        await().untilAsserted(() -> assertThat(kept()).isEqualTo(last.toString()));
        context.getRouteController().stopRoute("all");
        add("c");
        context.getRouteController().startRoute("all");
        awaitBodies("a", "b", "c");
    }

    @PulseTest
    void consumerThatHasReadNothingYetGoesOnWhereItFirstStarted() throws Exception {
        offsets("");
        assertThat(kept()).isNotNull();
        context.getRouteController().stopRoute("all");
        add("a");
        context.getRouteController().startRoute("all");
        awaitBodies("a");
    }

    @PulseTest
    void offsetIsStoredWhenTheExchangeIsCompleteAndNotBefore() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        context.getRegistry().bind("offsets", repository);
        route(r -> r.from("pulse-stream:" + stream + "?offsetRepository=#offsets&offsetKey=mine")
                .to("seda:later"));
        route(r -> r.from("seda:later").to("mock:end").process(e -> gate.await()));
        String before = repository.getState("mine");
        add("a");
        awaitBodies("a");
        assertThat(repository.getState("mine")).isEqualTo(before);
        gate.countDown();
        EventId id = events().snapshot().getFirst().id();
        await().untilAsserted(() -> assertThat(repository.getState("mine")).isEqualTo(id.toString()));
    }

    @PulseTest
    void offsetPassesWhatAnExchangeFailedFor() throws Exception {
        context.getRegistry().bind("offsets", repository);
        route(r -> r.from("pulse-stream:" + stream + "?offsetRepository=#offsets")
                .to("mock:end")
                .process(e -> {
                    throw new IllegalStateException("always");
                }));
        add("a");
        EventId id = events().snapshot().getFirst().id();
        await().untilAsserted(() -> assertThat(kept()).isEqualTo(id.toString()));
    }

    @PulseTest
    void offsetPassesWhatWasNotChosenOnceTheConsumerStops() throws Exception {
        // before the route begins, so that both come in one read
        addWithTopic("a", "eu");
        EventId last = addWithTopic("b", "us");
        offsets("&topic=eu&startAt=oldest");
        awaitBodies("a");
        context.getRouteController().stopRoute("all");
        assertThat(kept()).isEqualTo(last.toString());
    }

    @PulseTest
    void repositoryThatFailsIsToldOnceAndHoldsUpNothing() throws Exception {
        context.getRegistry().bind("offsets", new MemoryStateRepository() {
            @Override
            public void setState(String key, String value) {
                throw new IllegalStateException("no disk");
            }
        });
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-stream:" + stream + "?offsetRepository=#offsets&exceptionHandler=#handler")
                .to("mock:end"));
        add("a", "b", "c");
        awaitBodies("a", "b", "c");
        assertThat(told.all()).hasSize(1);
    }

    @PulseTest
    void interruptedExchangeIsConsumedAgain() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        context.getRegistry().bind("offsets", repository);
        route(r -> r.from("pulse-stream:" + stream + "?offsetRepository=#offsets")
                .routeId("all")
                .process(e -> {
                    if (begun.incrementAndGet() == 1) {
                        never.await();
                    }
                })
                .to("mock:end"));
        add("a");
        await().untilAsserted(() -> assertThat(begun).hasValue(1));
        context.getRouteController().stopRoute("all");
        context.getRouteController().startRoute("all");
        awaitBodies("a");
    }

    @PulseTest
    void topicAndTopicPatternChoose() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?topic=eu/se").to("mock:end"));
        route(r ->
                r.from("pulse-stream:" + stream + "?topicPattern=RAW(^eu/.+)").to("mock:eu"));
        addWithTopic("a", "eu/se");
        addWithTopic("b", "eu/");
        addWithTopic("c", "us/ca");
        addWithTopic("d", "eu/dk");
        addWithTopic("e", "eu/se");
        awaitBodies("a", "e");
        await().untilAsserted(() -> assertThat(received("mock:eu")).containsExactly("a", "d", "e"));
    }

    private List<String> received(String mock) {
        return getMockEndpoint(mock).getReceivedExchanges().stream()
                .map(exchange -> exchange.getIn().getBody(String.class))
                .toList();
    }

    @PulseTest
    void filterSeesHeadersAndTheDecodedBody() throws Exception {
        Predicate large = exchange -> exchange.getIn().getBody(Order.class).amount() > 10;
        context.getRegistry().bind("large", large);
        route(r -> r.from("pulse-stream:" + stream + "?codec=json&payloadType=" + Order.class.getName()
                        + "&filter=#large")
                .to("mock:large"));
        route(r -> r.from("pulse-stream:" + stream + "?filter=RAW(${header.express} == 'true')")
                .to("mock:end"));
        events().add(NewEvent.of("order.placed", "{\"amount\":5}").withHeader("express", "true"));
        events().add(NewEvent.of("order.placed", "{\"amount\":50}"));
        awaitBodies("{\"amount\":5}");
        await().until(() -> getMockEndpoint("mock:large").getReceivedCounter() == 1);
        assertThat(getMockEndpoint("mock:large")
                        .getReceivedExchanges()
                        .getFirst()
                        .getIn()
                        .getBody())
                .isEqualTo(new Order(50));
    }

    @PulseTest
    void batchIsAListOfExchanges() throws Exception {
        add(IntStream.range(0, 5).mapToObj(Integer::toString).toArray(String[]::new));
        route(r -> r.from("pulse-stream:" + stream + "?startAt=oldest&batching=true&batchSize=2&batchTimeout=300ms")
                .to("mock:end"));
        await().until(() -> batches().size() == 3);
        assertThat(batches()).containsExactly(List.of("0", "1"), List.of("2", "3"), List.of("4"));
        Exchange first = (Exchange) mock().getReceivedExchanges()
                .getFirst()
                .getIn()
                .getBody(List.class)
                .getFirst();
        assertThat(first.getIn().getHeader(PulseConstants.EVENT_NAME)).isEqualTo("order.placed");
    }

    private List<List<String>> batches() {
        List<List<String>> batches = new ArrayList<>();
        for (Exchange exchange : mock().getReceivedExchanges()) {
            List<String> batch = new ArrayList<>();
            for (Object each : exchange.getIn().getBody(List.class)) {
                batch.add(((Exchange) each).getIn().getBody(String.class));
            }
            batches.add(batch);
        }
        return batches;
    }

    @PulseTest
    void batchThatWasNotBegunIsReadAgainAfterASuspension() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?batching=true&batchSize=3&batchTimeout=1h")
                .routeId("all")
                .to("mock:end"));
        add("a", "b");
        context.getRouteController().suspendRoute("all");
        context.getRouteController().resumeRoute("all");
        add("c");
        await().untilAsserted(() -> assertThat(batches()).containsExactly(List.of("a", "b", "c")));
    }

    @PulseTest
    void payloadThatCannotBeDecodedIsLeftOutOfItsBatchAndTold() throws Exception {
        context.getRegistry().bind("handler", told);
        add("{\"id\":1}", "no json", "{\"id\":2}");
        route(r -> r.from("pulse-stream:" + stream
                        + "?startAt=oldest&codec=json&batching=true&batchSize=3&exceptionHandler=#handler")
                .to("mock:end"));
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getBody(List.class))
                .hasSize(2);
        assertThat(told.all()).hasSize(1);
    }

    @PulseTest
    void noMoreExchangesAreInFlightThanConcurrentConsumersAlsoOnOtherThreads() throws Exception {
        Semaphore go = new Semaphore(0);
        AtomicInteger flying = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        route(r -> r.from("pulse-stream:" + stream + "?concurrentConsumers=3").to("seda:work?concurrentConsumers=10"));
        route(r -> r.from("seda:work?concurrentConsumers=10")
                .process(e -> {
                    most.accumulateAndGet(flying.incrementAndGet(), Math::max);
                    go.acquire();
                    flying.decrementAndGet();
                })
                .to("mock:end"));
        add(IntStream.range(0, 10).mapToObj(Integer::toString).toArray(String[]::new));
        await().untilAsserted(() -> assertThat(flying).hasValue(3));
        await().during(Duration.ofMillis(200)).until(() -> most.get() == 3);
        go.release(10);
        await().untilAsserted(() -> assertThat(bodies()).hasSize(10));
        assertThat(most).hasValue(3);
    }

    @PulseTest
    void oneConsumerKeepsTheOrderAlsoOnOtherThreads() throws Exception {
        String[] payloads = IntStream.range(0, 50).mapToObj(Integer::toString).toArray(String[]::new);
        route(r -> r.from("pulse-stream:" + stream).to("seda:work"));
        route(r -> r.from("seda:work?concurrentConsumers=5").to("mock:end"));
        add(payloads);
        awaitBodies(payloads);
    }

    /** Events that are trimmed while the route stands still. */
    private void gap(String options) throws Exception {
        pulse.stream(stream).changeRetention(Retention.maxLength(2));
        route(r -> r.from("pulse-stream:" + stream + options).routeId("all").to("mock:end"));
        add("a");
        awaitBodies("a");
        context.getRouteController().suspendRoute("all");
        add("b", "c", "d", "e");
        context.getRouteController().resumeRoute("all");
    }

    @PulseTest
    void readerGoesOnBehindAGap() throws Exception {
        gap("");
        awaitBodies("a", "d", "e");
    }

    @PulseTest
    void gapSuspendsTheRouteWhereItIsToFailAndResumingGoesOnBehindIt() throws Exception {
        context.getRegistry().bind("handler", told);
        gap("?gapPolicy=fail&exceptionHandler=#handler");
        await().untilAsserted(() ->
                assertThat(context.getRouteController().getRouteStatus("all")).isEqualTo(ServiceStatus.Suspended));
        assertThat(bodies()).containsExactly("a");
        assertThat(told.all())
                .singleElement()
                .isInstanceOf(EventsLostException.class)
                .satisfies(e -> assertThat(e).hasMessageContaining("events of stream " + stream + " between"));
        context.getRouteController().resumeRoute("all");
        awaitBodies("a", "d", "e");
    }

    @PulseTest
    void entryThatIsNoEventGoesToTheErrorHandlerOfTheRoute() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?bridgeErrorHandler=true")
                .onException(Exception.class)
                .handled(true)
                .to("mock:bad")
                .end()
                .to("mock:end"));
        try (var jedis = jedis()) {
            jedis.xadd("pulse:stream:" + stream, StreamEntryID.NEW_ENTRY, Map.of("x", "y"));
        }
        add("a");
        awaitBodies("a");
        await().until(() -> getMockEndpoint("mock:bad").getReceivedCounter() == 1);
        assertThat(getMockEndpoint("mock:bad")
                        .getReceivedExchanges()
                        .getFirst()
                        .getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class))
                .hasMessageContaining("was passed over");
    }

    @PulseTest
    void endOfTheStreamIsTold() throws Exception {
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-stream:" + stream + "?exceptionHandler=#handler&blockTime=100ms")
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        events().destroy();
        await().untilAsserted(() -> assertThat(told.all()).hasSize(1));
    }

    @PulseTest
    void pollEnrichReadsOneEventOnDemand() throws Exception {
        add("a", "b");
        route(r -> r.from("direct:next")
                .pollEnrich("pulse-stream:" + stream + "?startAt=oldest", 100)
                .to("mock:end"));
        template.sendBody("direct:next", "x");
        awaitBodies("a");
        template.sendBody("direct:next", "x");
        awaitBodies("a", "b");
        template.sendBody("direct:next", "none");
        await().until(() -> mock().getReceivedCounter() == 3);
        assertThat(mock().getReceivedExchanges().getLast().getIn().getBody()).isNull();
    }

    @PulseTest
    void pollEnrichStoresTheOffsetWhenTheExchangeIsComplete() throws Exception {
        add("a", "b");
        context.getRegistry().bind("offsets", repository);
        Queue<String> before = new ConcurrentLinkedQueue<>();
        route(r -> r.from("direct:next")
                .pollEnrich("pulse-stream:" + stream + "?startAt=oldest&offsetRepository=#offsets", 10_000)
                .process(e -> before.add(kept()))
                .to("mock:end"));
        template.sendBody("direct:next", "x");
        awaitBodies("a");
        assertThat(before).containsExactly("0-0");
        assertThat(kept()).isEqualTo(events().snapshot().getFirst().id().toString());
    }

    @PulseTest
    void consumerTemplateReceivesWhatTheFilterChooses() throws Exception {
        addWithTopic("a", "us");
        addWithTopic("b", "eu");
        String from = "pulse-stream:" + stream + "?startAt=oldest&topic=eu&codec=string";
        assertThat(consumer.receiveBody(from, 10_000)).isEqualTo("b");
        assertThat(consumer.receiveBodyNoWait(from)).isNull();
        addWithTopic("c", "eu");
        assertThat(consumer.receiveBody(from)).isEqualTo("c");
    }

    @PulseTest
    void offsetPassesWhatTheAggregationStrategyOfAPollThrewFor() throws Exception {
        add("a");
        context.getRegistry().bind("offsets", repository);
        route(r -> r.from("direct:next")
                .pollEnrich(
                        "pulse-stream:" + stream + "?startAt=oldest&offsetRepository=#offsets",
                        10_000,
                        (old, polled) -> {
                            throw new IllegalStateException("cannot be aggregated");
                        }));
        assertThat(template.send("direct:next", e -> e.getIn().setBody("x")).isFailed())
                .isTrue();
        assertThat(kept()).isEqualTo(events().snapshot().getFirst().id().toString());
    }
}
