package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.PulseTest;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AggregationStrategies;

/** A sink that is polled, as by pollEnrich. */
class SinkPollRouteTest extends RoutesTest {
    private String sink(String options) {
        return "pulse-sink:" + stream + "/mails" + options;
    }

    @PulseTest
    void pollEnrichTakesOneEventAndAcksItWithTheExchange() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        add("a", "b", "c");
        route(r -> r.from("seda:in")
                .pollEnrich(sink(""), 30_000)
                .to("mock:begun")
                .process(e -> gate.await())
                .to("mock:end"));
        template.sendBody("seda:in", "?");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        assertThat(pending("mails")).isOne();
        gate.countDown();
        awaitBodies("a");
        awaitNothingPending("mails");
        template.sendBody("seda:in", "?");
        awaitBodies("a", "b");
        awaitNothingPending("mails");
    }

    @PulseTest
    void ackWaitsBehindSedaThatFollowsThePoll() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        add("a");
        route(r -> r.from("direct:in").pollEnrich(sink(""), 30_000).to("seda:later"));
        route(r -> r.from("seda:later").process(e -> gate.await()).to("mock:end"));
        template.sendBody("direct:in", "?");
        assertThat(pending("mails")).isOne();
        gate.countDown();
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void polledEventOfAnExchangeThatFailsIsPolledAgain() throws Exception {
        AtomicBoolean failed = new AtomicBoolean();
        add("a");
        route(r -> r.from("direct:in")
                .pollEnrich(sink("?backoff=1ms"), 30_000, AggregationStrategies.useLatest())
                .process(e -> {
                    if (!failed.getAndSet(true)) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        assertThat(template.send("direct:in", e -> {}).isFailed()).isTrue();
        assertThat(template.send("direct:in", e -> {}).isFailed()).isFalse();
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void pollOfAnEmptySinkEndsWithItsTimeOut() {
        assertThat(consumer.receive(sink(""), 50)).isNull();
        assertThat(consumer.receiveNoWait(sink(""))).isNull();
    }

    @PulseTest
    void consumerTemplateAcksWhenItIsToldThatTheExchangeIsDone() throws Exception {
        add("a", "b");
        Exchange polled = consumer.receive(sink(""), 30_000);
        assertThat(polled.getIn().getBody(String.class)).isEqualTo("a");
        assertThat(pending("mails")).isOne();
        consumer.doneUoW(polled);
        awaitNothingPending("mails");
        assertThat(consumer.receiveBody(sink(""), String.class)).isEqualTo("b");
        awaitNothingPending("mails");
    }

    @PulseTest
    void payloadThatCannotBeDecodedIsPassedOver() throws Exception {
        add("no json", "{}");
        assertThat(consumer.receiveBody(sink("?codec=json&onFailure=deadLetter"), 30_000))
                .isEqualTo(Map.of());
        await().until(() -> events().deadLetters().count() == 1);
        awaitNothingPending("mails");
    }

    /** Throws, or takes nothing, the first time. */
    private AggregationStrategy unwilling(boolean throwing) {
        AtomicBoolean refused = new AtomicBoolean();
        return (old, polled) -> {
            if (refused.getAndSet(true)) {
                return polled;
            }
            if (throwing) {
                throw new IllegalStateException("cannot be aggregated");
            }
            return null;
        };
    }

    @PulseTest
    void eventThatAnAggregationStrategyThrewForIsPolledAgain() throws Exception {
        assertPolledAgain(true);
    }

    @PulseTest
    void eventThatAnAggregationStrategyGaveNothingBackForIsPolledAgain() throws Exception {
        assertPolledAgain(false);
    }

    private void assertPolledAgain(boolean throwing) throws Exception {
        add("a");
        route(r -> r.from("direct:in")
                .pollEnrich(sink("?backoff=1ms"), 30_000, unwilling(throwing))
                .to("mock:end"));
        assertThat(template.send("direct:in", e -> e.getIn().setBody("?")).isFailed())
                .isEqualTo(throwing);
        template.sendBody("direct:in", "?");
        await().until(() -> bodies().contains("a"));
        assertThat(mock().getReceivedExchanges().getLast().getIn().getHeader(PulseConstants.DELIVERY_COUNT))
                .isEqualTo(2);
        awaitNothingPending("mails");
    }

    @PulseTest
    void eventThatWasNotTakenIsNotAckedByTheRedeliveryThatTookAnother() throws Exception {
        add("a", "b");
        route(r -> r.from("direct:in")
                .errorHandler(r.defaultErrorHandler().maximumRedeliveries(1).redeliveryDelay(1))
                .pollEnrich(sink("?backoff=1ms"), 30_000, unwilling(true))
                .to("mock:end"));
        template.sendBody("direct:in", "?");
        awaitBodies("b");
        template.sendBody("direct:in", "?");
        awaitBodies("b", "a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void pollTakesOneEventAsPollEnrichDoes() throws Exception {
        add("a", "b");
        route(r -> r.from("direct:in").poll(sink(""), 30_000).to("mock:end"));
        template.sendBody("direct:in", "?");
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void polledEventIsAckedByHand() throws Exception {
        add("a");
        route(r ->
                r.from("direct:in").pollEnrich(sink("?ackMode=manual"), 30_000).to("mock:end"));
        template.sendBody("direct:in", "?");
        awaitBodies("a");
        assertThat(pending("mails")).isOne();
        ManualAck.of(mock().getReceivedExchanges().getFirst()).ack();
        awaitNothingPending("mails");
    }
}
