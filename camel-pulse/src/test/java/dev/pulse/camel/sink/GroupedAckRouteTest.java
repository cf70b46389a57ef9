package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.PulseTest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.support.DefaultExchange;

class GroupedAckRouteTest extends RoutesTest {
    private AggregateDefinition aggregate(RouteBuilder r, String options) {
        return r.from("pulse-sink:" + stream + "/audit?codec=string&ackMode=manual" + options)
                .routeId("audit")
                .to("mock:read")
                .aggregate(r.constant(true), new PulseGroupedAck());
    }

    @PulseTest
    void eventsAreAckedWhenTheAggregatedExchangeIsComplete() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> aggregate(r, "")
                .completionSize(3)
                .to("mock:begun")
                .process(e -> gate.await())
                .to("mock:end"));
        add("a", "b", "c");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        assertThat(pending("audit")).isEqualTo(3);
        gate.countDown();
        awaitNothingPending("audit");
        var message = mock().getReceivedExchanges().getFirst().getIn();
        assertThat(message.getBody()).isEqualTo(List.of("a", "b", "c"));
        assertThat(message.getHeader(PulseConstants.MANUAL_ACK)).isNull();
    }

    @PulseTest
    void allEventsOfAnAggregatedExchangeThatFailsAreDeliveredAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        route(r -> aggregate(r, "&backoff=1ms&maxBackoff=1ms")
                .completionSize(2)
                .process(e -> {
                    if (tries.incrementAndGet() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .to("mock:end"));
        add("a", "b");
        await().until(() -> mock().getReceivedCounter() == 1);
        awaitNothingPending("audit");
        assertThat(mock().getReceivedExchanges())
                .singleElement()
                .satisfies(e -> assertThat(e.getIn().getBody(List.class)).containsExactlyInAnyOrder("a", "b"));
    }

    @PulseTest
    void groupThatAlwaysFailsEndsInTheDeadLettersWithItsCause() throws Exception {
        route(r -> aggregate(r, "&backoff=1ms&maxBackoff=1ms&maxDeliveries=2")
                .completionSize(2)
                .process(e -> {
                    throw new IllegalStateException("no room");
                }));
        add("a", "b");
        await().untilAsserted(() -> assertThat(events().deadLetters().list(10))
                .hasSize(2)
                .allSatisfy(
                        letter -> assertThat(letter.cause()).isEqualTo("java.lang.IllegalStateException: no room")));
        awaitNothingPending("audit");
    }

    @PulseTest
    void groupsWithOptimisticLockingAckEachEventOnce() throws Exception {
        route(r -> r.from("pulse-sink:" + stream
                        + "/audit?codec=string&ackMode=manual&concurrentConsumers=8&maxInFlight=200")
                .aggregate(r.constant(true), new PulseGroupedAck())
                .optimisticLocking()
                .completionSize(10)
                .to("mock:end"));
        String[] sent = IntStream.range(0, 100).mapToObj(Integer::toString).toArray(String[]::new);
        add(sent);
        awaitNothingPending("audit");
        await().until(() -> mock().getReceivedCounter() == 10);
        List<Object> received = new ArrayList<>();
        mock().getReceivedExchanges().forEach(e -> received.addAll(e.getIn().getBody(List.class)));
        assertThat(received).containsExactlyInAnyOrder((Object[]) sent);
    }

    @PulseTest
    void anotherStrategySaysHowExchangesBecomeOne() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/audit?ackMode=manual")
                .aggregate(r.constant(true), new PulseGroupedAck(AggregationStrategies.string(",")))
                .completionSize(3)
                .to("mock:end"));
        add("a", "b", "c");
        awaitBodies("a,b,c");
        awaitNothingPending("audit");
    }

    @PulseTest
    void groupThatIsCompletedByTheStopIsAcked() throws Exception {
        route(r -> aggregate(r, "").completionSize(100).forceCompletionOnStop().to("mock:end"));
        add("a", "b");
        // pending is not enough: what is read and was not begun goes back
        await().until(() -> getMockEndpoint("mock:read").getReceivedCounter() == 2
                && context.getInflightRepository().size("audit") == 0);
        assertThat(pending("audit")).isEqualTo(2);
        context.getRouteController().stopRoute("audit");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getBody()).isEqualTo(List.of("a", "b"));
        awaitNothingPending("audit");
    }

    @PulseTest
    void exchangeWithoutAManualAckIsRefused() {
        assertThatThrownBy(() -> new PulseGroupedAck().aggregate(null, new DefaultExchange(context)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ackMode=manual");
    }
}
