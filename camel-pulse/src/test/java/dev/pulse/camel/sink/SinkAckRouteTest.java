package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.DeadLetter;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.Builder;
import org.apache.camel.model.ProcessorDefinition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When an event is acknowledged, and by whom. */
class SinkAckRouteTest extends RoutesTest {
    private String sink(String options) {
        return "pulse-sink:" + stream + "/mails" + options;
    }

    private ManualAck manualAck(int index) {
        return mock().getReceivedExchanges().get(index).getIn().getHeader(PulseConstants.MANUAL_ACK, ManualAck.class);
    }

    private List<DeadLetter<String>> awaitDeadLetters(int count) {
        return await().until(() -> events().deadLetters().list(100), letters -> letters.size() == count);
    }

    private interface Way {
        ProcessorDefinition<?> on(ProcessorDefinition<?> route);
    }

    /** While the exchange waits behind what is to be crossed, its event is pending; then it is acked. */
    private void assertAckedBehind(Way way) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> way.on(r.from(sink("")))
                .to("mock:begun")
                .process(e -> gate.await())
                .to("mock:end"));
        add("a");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        assertThat(pending("mails")).isOne();
        gate.countDown();
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void ackWaitsBehindThreads() throws Exception {
        assertAckedBehind(route -> route.threads(2));
    }

    @PulseTest
    void ackWaitsBehindADelayThatHoldsNoThread() throws Exception {
        assertAckedBehind(route -> route.delay(50).asyncDelayed());
    }

    @PulseTest
    void ackWaitsBehindAResequencer() throws Exception {
        assertAckedBehind(
                route -> route.resequence(Builder.body()).batch().size(1).timeout(50));
    }

    @PulseTest
    void ackWaitsBehindAMulticastAndASplit() throws Exception {
        assertAckedBehind(route -> route.multicast().to("mock:copy").end().split(Builder.constant("a")));
    }

    @PulseTest
    void aggregateCompletesWhatComesInSoItsEventIsAckedBeforeTheAggregateIsWorkedOn() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from(sink(""))
                .aggregate(r.constant(true), AggregationStrategies.string(","))
                .completionSize(2)
                .process(e -> gate.await())
                .to("mock:end"));
        add("a", "b");
        awaitAllAcked();
        assertThat(bodies()).isEmpty();
        gate.countDown();
        await().until(() -> bodies().size() == 1);
    }

    @PulseTest
    void wireTapHasAnExchangeOfItsOwnSoTheEventIsAckedWithoutIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from(sink("")).wireTap("direct:tap").to("mock:end"));
        route(r -> r.from("direct:tap").process(e -> gate.await()).to("mock:tapped"));
        add("a");
        awaitAllAcked();
        assertThat(getMockEndpoint("mock:tapped").getReceivedCounter()).isZero();
        gate.countDown();
        await().until(() -> getMockEndpoint("mock:tapped").getReceivedCounter() == 1);
    }

    /** All are delivered and none is pending: that is acked. */
    private void awaitAllAcked() throws InterruptedException {
        String last = events().snapshot().getLast().id().toString();
        await().until(() -> {
            try (var jedis = jedis()) {
                return jedis.xinfoGroups("pulse:stream:" + stream).stream()
                        .anyMatch(group -> group.getPending() == 0
                                && group.getLastDeliveredId().toString().equals(last));
            }
        });
    }

    @PulseTest
    void failedExchangeMakesADeadLetterWhereThatIsAskedFor() throws Exception {
        route(r -> r.from(sink("?onFailure=deadLetter")).to("mock:end").process(e -> {
            throw new IllegalStateException("no stock");
        }));
        add("a");
        assertThat(awaitDeadLetters(1)).singleElement().satisfies(letter -> {
            assertThat(letter.cause()).isEqualTo("java.lang.IllegalStateException: no stock");
            assertThat(letter.sink()).isEqualTo("mails");
            assertThat(letter.event().orElseThrow().payload()).isEqualTo("a");
        });
        awaitNothingPending("mails");
        assertThat(bodies()).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nack", "leavePending"})
    void eventThatFailsMaxDeliveriesTimesIsADeadLetterWithTheLastCause(String onFailure) throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> r.from(sink("?maxDeliveries=3&backoff=1ms&ackDeadline=100ms&onFailure=" + onFailure))
                .process(e -> {
                    throw new IllegalStateException("failure " + tries.incrementAndGet());
                }));
        add("a");
        DeadLetter<String> letter = awaitDeadLetters(1).getFirst();
        assertThat(letter.cause()).isEqualTo("java.lang.IllegalStateException: failure 3");
        assertThat(letter.deliveries()).isEqualTo(3);
        awaitNothingPending("mails");
    }

    @PulseTest
    void payloadThatNoCodecReadsIsADeadLetterAndNeverAcked() throws Exception {
        for (String onFailure : List.of("ack", "deadLetter", "nack", "leavePending")) {
            route(r -> r.from("pulse-sink:" + stream + "/" + onFailure
                            + "?codec=json&maxDeliveries=2&backoff=1ms&ackDeadline=100ms&onFailure=" + onFailure)
                    .to("mock:end"));
        }
        add("no json");
        assertThat(awaitDeadLetters(4))
                .extracting(DeadLetter::sink)
                .containsExactlyInAnyOrder("ack", "deadLetter", "nack", "leavePending");
        assertThat(awaitDeadLetters(4))
                .allSatisfy(letter -> assertThat(letter.cause()).contains("cannot be decoded"));
        assertThat(bodies()).isEmpty();
    }

    @PulseTest
    void manualAckOutlivesTheExchange() throws Exception {
        route(r ->
                r.from(sink("?ackMode=manual&ackDeadline=300ms&maxInFlight=10")).to("mock:end"));
        add("a", "b", "c");
        awaitBodies("a", "b", "c");
        assertThat(pending("mails")).isEqualTo(3);
        // meanwhile the deadline is extended: none comes again
        await().during(Duration.ofMillis(700)).until(() -> bodies().size() == 3);
        manualAck(1).ack();
        manualAck(1).nack();
        await().until(() -> pending("mails") == 2);
        manualAck(0).deadLetter("not wanted");
        manualAck(0).ack();
        assertThat(awaitDeadLetters(1).getFirst().cause()).isEqualTo("not wanted");
        manualAck(2).nack(Duration.ofMillis(1));
        await().until(() -> bodies().size() == 4);
        assertThat(bodies().getLast()).isEqualTo("c");
        assertThat(mock().getReceivedExchanges().getLast().getIn().getHeader(PulseConstants.DELIVERY_COUNT))
                .isEqualTo(2);
        Thread.ofVirtual().start(() -> manualAck(3).ack());
        awaitNothingPending("mails");
    }

    @PulseTest
    void exchangeThatFailsBeforeItsManualAckIsDeliveredAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> r.from(sink("?ackMode=manual&backoff=1ms"))
                .process(e -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .process(new PulseAck())
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void exchangeThatFailsBehindItsManualAckIsNotDeliveredAgain() throws Exception {
        route(r -> r.from(sink("?ackMode=manual&backoff=1ms"))
                .process(new PulseAck())
                .to("mock:end")
                .process(e -> {
                    throw new IllegalStateException("too late");
                }));
        add("a", "b");
        awaitBodies("a", "b");
        awaitNothingPending("mails");
        assertThat(bodies()).hasSize(2);
    }

    @PulseTest
    void withoutAcksEachEventIsDeliveredOnceAlsoWhenItsExchangeFails() throws Exception {
        route(r -> r.from(sink("?ackMode=none&backoff=1ms")).to("mock:end").process(e -> {
            throw new IllegalStateException("never mind");
        }));
        add("a", "b");
        awaitBodies("a", "b");
        assertThat(pending("mails")).isZero();
        await().during(Duration.ofMillis(200)).until(() -> bodies().size() == 2);
    }

    @PulseTest
    void stoppingRouteWaitsForManualAcks() throws Exception {
        route(r -> r.from(sink("?ackMode=manual")).routeId("mails").to("mock:end"));
        add("a");
        awaitBodies("a");
        Thread stopping = stopInBackground("mails");
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        manualAck(0).ack();
        assertThat(stopping.join(Duration.ofSeconds(30))).isTrue();
        assertThat(pending("mails")).isZero();
    }

    @PulseTest
    void exchangeThatTheShutdownTimeOutCutsShortHasNotFailed() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(sink("?maxDeliveries=1"))
                .routeId("mails")
                .to("mock:begun")
                .process(e -> never.await()));
        add("a");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        context.getRouteController().stopRoute("mails");
        route(r -> r.from(sink("?maxDeliveries=1")).to("mock:end"));
        awaitBodies("a");
        awaitNothingPending("mails");
        assertThat(events().deadLetters().count()).isZero();
    }

    @PulseTest
    void ackBeanNacksOrGivesUpWithTheExceptionThatWasCaught() throws Exception {
        route(r -> r.from(sink("?ackMode=manual&backoff=1ms&codec=string&maxInFlight=10"))
                .onException(IllegalStateException.class)
                .handled(true)
                .bean(new PulseAck(), "deadLetter")
                .end()
                .to("mock:end")
                .choice()
                .when(r.body().isEqualTo("wrong"))
                .throwException(new IllegalStateException("no stock"))
                .when(r.header(PulseConstants.DELIVERY_COUNT).isEqualTo(1))
                .bean(new PulseAck(), "nack")
                .otherwise()
                .bean(new PulseAck(), "ack"));
        add("wrong", "a");
        assertThat(awaitDeadLetters(1).getFirst().cause()).isEqualTo("java.lang.IllegalStateException: no stock");
        await().untilAsserted(() -> assertThat(bodies()).containsExactly("wrong", "a", "a"));
        awaitNothingPending("mails");
    }
}
