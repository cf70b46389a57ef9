package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.engine.PooledExchangeFactory;

class SinkRouteTest extends RoutesTest {
    @PulseTest
    void eventsPublishedByOneRouteAreAckedByAnother() throws Exception {
        route(r -> r.from("direct:in").to("pulse-stream:" + stream));
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        template.sendBody("direct:in", "a");
        template.sendBody("direct:in", "b");
        awaitBodies("a", "b");
        awaitNothingPending("mails");
    }

    @PulseTest
    void deliveryTellsStreamSinkNameTopicTimeAndCount() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        route(r -> r.from("direct:in").to("pulse-stream:" + stream + "?eventName=order.placed&topic=eu"));
        Exchange sent = template.send("direct:in", e -> e.getIn().setBody("a"));
        awaitBodies("a");
        var message = mock().getReceivedExchanges().getFirst().getIn();
        assertThat(message.getHeader(PulseConstants.EVENT_ID))
                .isEqualTo(sent.getMessage().getHeader(PulseConstants.EVENT_ID))
                .isInstanceOf(String.class);
        assertThat(message.getHeader(PulseConstants.EVENT_NAME)).isEqualTo("order.placed");
        assertThat(message.getHeader(PulseConstants.TOPIC)).isEqualTo("eu");
        assertThat(message.getHeader(PulseConstants.STREAM)).isEqualTo(stream);
        assertThat(message.getHeader(PulseConstants.SINK)).isEqualTo("mails");
        assertThat(message.getHeader(PulseConstants.DELIVERY_COUNT)).isEqualTo(1);
        assertThat(message.getHeader(PulseConstants.TIMESTAMP))
                .isInstanceOf(Long.class)
                .isEqualTo(message.getHeader(Exchange.MESSAGE_TIMESTAMP));
    }

    @PulseTest
    void eventIsAckedOnlyWhenItsExchangeCompletedBehindSeda() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("seda:later"));
        route(r ->
                r.from("seda:later").to("mock:begun").process(e -> gate.await()).to("mock:end"));
        add("a");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        assertThat(pending("mails")).isOne();
        gate.countDown();
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void oneConcurrentConsumerKeepsOrderAcrossSedaWithManyThreads() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("seda:later?concurrentConsumers=4"));
        route(r -> r.from("seda:later?concurrentConsumers=4")
                .process(e -> most.accumulateAndGet(now.incrementAndGet(), Math::max))
                .to("mock:end")
                .process(e -> now.decrementAndGet()));
        String[] sent = IntStream.range(0, 50).mapToObj(Integer::toString).toArray(String[]::new);
        add(sent);
        awaitBodies(sent);
        assertThat(most).hasValue(1);
    }

    @PulseTest
    void concurrentConsumersBoundTheExchangesInFlight() throws Exception {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch three = new CountDownLatch(3);
        route(r ->
                r.from("pulse-sink:" + stream + "/mails?concurrentConsumers=3").to("seda:later"));
        route(r -> r.from("seda:later?concurrentConsumers=10")
                .process(e -> {
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    three.countDown();
                    three.await();
                })
                .to("mock:end")
                .process(e -> now.decrementAndGet()));
        add("a", "b", "c", "d", "e", "f", "g", "h");
        await().untilAsserted(() -> assertThat(bodies()).hasSize(8));
        assertThat(most).hasValue(3);
        awaitNothingPending("mails");
    }

    @PulseTest
    void failedExchangeIsDeliveredAgainAfterTheBackoff() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> r.from("pulse-sink:" + stream + "/mails?backoff=10ms&bridgeErrorHandler=false")
                .process(e -> {
                    if (tries.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeader(PulseConstants.DELIVERY_COUNT))
                .isEqualTo(3);
        awaitNothingPending("mails");
    }

    @PulseTest
    void eventLeftPendingIsDeliveredAgainAfterTheAckDeadline() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        CountDownLatch looked = new CountDownLatch(1);
        route(r -> r.from("pulse-sink:" + stream
                        + "/mails?onFailure=leavePending&ackDeadline=300ms&backoff=1h&maxBackoff=1h")
                .process(e -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                    looked.await();
                })
                .to("mock:end"));
        add("a");
        await().until(() -> tries.get() > 0);
        assertThat(pending("mails")).isOne();
        looked.countDown();
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void failedExchangeIsAckedWhereThatIsAskedFor() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?onFailure=ack")
                .to("mock:end")
                .process(e -> {
                    throw new IllegalStateException("never");
                }));
        add("a", "b");
        awaitBodies("a", "b");
        awaitNothingPending("mails");
    }

    @PulseTest
    void failureThatARouteHandlesCountsAsSuccess() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails")
                .onException(IllegalStateException.class)
                .handled(true)
                .to("mock:end")
                .end()
                .process(e -> {
                    throw new IllegalStateException("handled");
                }));
        add("a");
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void aNewSinkBeginsWhereStartAtSays() throws Exception {
        add("a", "b");
        String second = events().add("order.placed", "c").toString();
        add("d");
        route(r -> r.from("pulse-sink:" + stream + "/mails?startAt=" + second).to("mock:end"));
        awaitBodies("d");
        route(r -> r.from("pulse-sink:" + stream + "/bills?startAt=newest").to("mock:newest"));
        add("e");
        awaitBodies("d", "e");
        await().until(() -> getMockEndpoint("mock:newest").getReceivedCounter() == 1);
    }

    @PulseTest
    void streamNamesMayHoldSlashes() throws Exception {
        String slashed = stream + "/eu/west";
        route(r -> r.from("pulse-sink:" + slashed + "/mails").to("mock:end"));
        pulse.stream(slashed).add("order.placed", new byte[] {'a'});
        awaitBodies("a");
    }

    @PulseTest
    void twoMembersShareTheEventsOut() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("one").to("mock:end"));
        route(r -> r.from("pulse-sink:" + stream + "/mails?batchSize=1")
                .routeId("two")
                .to("mock:end"));
        for (int i = 0; i < 100; i++) {
            add(Integer.toString(i));
        }
        await().untilAsserted(() -> assertThat(bodies()).hasSize(100).doesNotHaveDuplicates());
        awaitNothingPending("mails");
    }

    @PulseTest
    void pooledExchangesAreNotMixedUp() throws Exception {
        context.getCamelContextExtension().setExchangeFactory(new PooledExchangeFactory());
        route(r -> r.from("pulse-sink:" + stream + "/mails?concurrentConsumers=4&onFailure=ack")
                .to("seda:later"));
        route(r -> r.from("seda:later?concurrentConsumers=4").to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream + "?startAt=oldest").to("mock:all"));
        String[] sent = IntStream.range(0, 200).mapToObj(Integer::toString).toArray(String[]::new);
        add(sent);
        await().untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrder(sent));
        await().until(() -> getMockEndpoint("mock:all").getReceivedCounter() == sent.length);
        awaitNothingPending("mails");
    }

    @PulseTest
    void exchangeThatOutlastsTheAckDeadlineIsDeliveredOnce() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        for (String batchSize : List.of("1", "2")) {
            route(r -> r.from("pulse-sink:" + stream + "/mails?ackDeadline=1s&blockTime=100ms&batchSize=" + batchSize)
                    .to("mock:end")
                    .process(e -> gate.await()));
        }
        add("a");
        awaitBodies("a");
        await().during(Duration.ofMillis(2_500)).until(() -> bodies().size() == 1);
        gate.countDown();
        awaitNothingPending("mails");
        assertThat(bodies()).containsExactly("a");
    }

    @PulseTest
    void exchangeThatOutlastsMaxProcessingIsInterruptedAndItsEventDeliveredAgain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        route(r -> r.from("pulse-sink:" + stream
                        + "/mails?ackDeadline=100ms&maxProcessing=300ms&blockTime=100ms&backoff=1ms")
                .process(e -> {
                    if (begun.incrementAndGet() == 1) {
                        try {
                            never.await();
                        } finally {
                            interrupted.incrementAndGet();
                        }
                    }
                })
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        assertThat(interrupted).hasValue(1);
        awaitNothingPending("mails");
    }

    @PulseTest
    void exceptionHandlerIsToldOfAPayloadThatCannotBeDecoded() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-sink:" + stream + "/mails?codec=json&onFailure=deadLetter&exceptionHandler=#handler")
                .to("mock:end"));
        add("no json", "{}");
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(told.all()).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("cannot be decoded"));
        awaitNothingPending("mails");
    }

    @PulseTest
    void sinkThatBeginsAtATimeHasWhatWasAddedFromThenOn() throws Exception {
        add("a");
        route(r -> r.from("pulse-sink:" + stream + "/mails?startAt="
                        + Instant.now().plusSeconds(3_600))
                .to("mock:later"));
        route(r -> r.from("pulse-sink:" + stream + "/bills?startAt=2020-01-01T00:00:00Z")
                .to("mock:end"));
        awaitBodies("a");
        assertThat(getMockEndpoint("mock:later").getReceivedCounter()).isZero();
    }

    @PulseTest
    void endOfTheStreamIsToldAndTheRouteStartedAgainJoinsTheNextOne() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-sink:" + stream + "/mails?exceptionHandler=#handler&blockTime=100ms")
                .routeId("mails")
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        awaitNothingPending("mails");
        events().destroy();
        await().untilAsserted(() -> assertThat(told.all())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("stream " + stream + " was destroyed")));
        context.getRouteController().stopRoute("mails");
        context.getRouteController().startRoute("mails");
        add("b");
        awaitBodies("a", "b");
        await().until(() -> events().figures().groups().stream().allMatch(group -> group.pending() == 0));
    }
}
