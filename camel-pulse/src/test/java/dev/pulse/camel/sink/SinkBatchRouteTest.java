package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.DeadLetter;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;

class SinkBatchRouteTest extends RoutesTest {
    private String sink(String options) {
        return "pulse-sink:" + stream + "/mails?codec=string&batching=true" + options;
    }

    /** The payloads of a batch. */
    private static List<String> payloads(Exchange batch) {
        return exchanges(batch).stream()
                .map(each -> each.getIn().getBody(String.class))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static List<Exchange> exchanges(Exchange batch) {
        return batch.getIn().getBody(List.class);
    }

    private List<List<String>> batches() {
        return mock().getReceivedExchanges().stream()
                .map(SinkBatchRouteTest::payloads)
                .toList();
    }

    @PulseTest
    void batchIsFullOrEndsWithItsTimeOut() throws Exception {
        add("a", "b", "c", "d", "e");
        route(r -> r.from(sink("&batchSize=2&batchTimeout=300ms")).to("mock:end"));
        await().until(() -> mock().getReceivedCounter() == 3);
        assertThat(batches()).containsExactly(List.of("a", "b"), List.of("c", "d"), List.of("e"));
        Exchange first = mock().getReceivedExchanges().getFirst();
        assertThat(first.getIn().getHeader(PulseConstants.SINK)).isEqualTo("mails");
        assertThat(exchanges(first).getFirst().getIn().getHeaders())
                .containsEntry(PulseConstants.EVENT_NAME, "order.placed")
                .containsEntry(PulseConstants.DELIVERY_COUNT, 1);
        awaitNothingPending("mails");
    }

    @PulseTest
    void batchIsAckedWhenItsExchangeIsCompleteAlsoBehindSeda() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        add("a", "b");
        route(r -> r.from(sink("&batchSize=2")).to("seda:later"));
        route(r ->
                r.from("seda:later").to("mock:begun").process(e -> gate.await()).to("mock:end"));
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        assertThat(pending("mails")).isEqualTo(2);
        gate.countDown();
        awaitNothingPending("mails");
    }

    @PulseTest
    void eventThatFailsItsBatchFailsAloneFromThenOn() throws Exception {
        String[] sent = IntStream.range(0, 20).mapToObj(Integer::toString).toArray(String[]::new);
        add(sent);
        Set<String> done = ConcurrentHashMap.newKeySet();
        route(r -> r.from(sink("&batchSize=10&batchTimeout=100ms&backoff=1ms&maxBackoff=1ms&maxDeliveries=3"))
                .process(e -> {
                    if (payloads(e).contains("7")) {
                        throw new IllegalStateException("no stock");
                    }
                    done.addAll(payloads(e));
                }));
        DeadLetter<String> letter = await().until(() -> events().deadLetters().list(10), letters -> !letters.isEmpty())
                .getFirst();
        assertThat(letter.event().orElseThrow().payload()).isEqualTo("7");
        assertThat(letter.cause()).isEqualTo("java.lang.IllegalStateException: no stock");
        // the second ten may be read after the dead letter was made
        await().untilAsserted(() -> assertThat(done).hasSize(19).doesNotContain("7"));
        awaitNothingPending("mails");
        assertThat(events().deadLetters().count()).isOne();
    }

    @PulseTest
    void payloadThatCannotBeDecodedIsNoPartOfTheBatch() throws Exception {
        add("1", "no json", "2");
        route(r -> r.from(
                        "pulse-sink:" + stream
                                + "/mails?codec=json&payloadType=java.lang.Integer&batching=true&batchSize=3&onFailure=deadLetter")
                .to("mock:end"));
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(exchanges(mock().getReceivedExchanges().getFirst()))
                .extracting(each -> each.getIn().getBody())
                .containsExactly(1, 2);
        await().until(() -> events().deadLetters().count() == 1);
        awaitNothingPending("mails");
    }

    @PulseTest
    void concurrentConsumersBoundTheBatchesInFlight() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch two = new CountDownLatch(2);
        add("a", "b", "c", "d", "e", "f");
        route(r -> r.from(sink("&batchSize=1&concurrentConsumers=2")).to("seda:later"));
        route(r -> r.from("seda:later?concurrentConsumers=10")
                .process(e -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    two.countDown();
                    two.await();
                })
                .to("mock:end")
                .process(e -> now.decrementAndGet()));
        await().until(() -> mock().getReceivedCounter() == 6);
        assertThat(most).hasValue(2);
        awaitNothingPending("mails");
    }

    @PulseTest
    void manualAckOfABatchIsOneOfAllAndThereIsOneForEach() throws Exception {
        add("a", "b", "c", "d");
        route(r -> r.from(sink("&batchSize=2&ackMode=manual&maxInFlight=100")).to("mock:end"));
        await().until(() -> mock().getReceivedCounter() == 2);
        assertThat(pending("mails")).isEqualTo(4);
        ManualAck.of(exchanges(mock().getReceivedExchanges().get(0)).get(1)).ack();
        await().until(() -> pending("mails") == 3);
        ManualAck.of(mock().getReceivedExchanges().get(1)).ack();
        await().until(() -> pending("mails") == 1);
        ManualAck.of(mock().getReceivedExchanges().get(0)).ack();
        awaitNothingPending("mails");
    }

    @PulseTest
    void stoppingDrainsTheBatchInFlightAndGivesBackWhatWasNotBegun() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        add("a", "b", "c", "d");
        route(r -> r.from(sink("&batchSize=2"))
                .routeId("mails")
                .to("mock:begun")
                .process(e -> gate.await())
                .to("mock:end"));
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        Thread stopping = stopInBackground("mails");
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        gate.countDown();
        assertThat(stopping.join(Duration.ofSeconds(30))).isTrue();
        assertThat(batches()).containsExactly(List.of("a", "b"));
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:others"));
        await().until(() -> getMockEndpoint("mock:others").getReceivedCounter() == 2);
        awaitNothingPending("mails");
    }

    @PulseTest
    void suspendedBatchesGoOnWhenResumed() throws Exception {
        route(r -> r.from(sink("&batchSize=2")).routeId("mails").to("mock:end"));
        add("a", "b");
        await().until(() -> mock().getReceivedCounter() == 1);
        context.getRouteController().suspendRoute("mails");
        context.getRouteController().resumeRoute("mails");
        add("c", "d");
        await().untilAsserted(() ->
                assertThat(batches().stream().flatMap(List::stream)).containsExactlyInAnyOrder("a", "b", "c", "d"));
        awaitNothingPending("mails");
    }
}
