package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** A sink of several streams, and of streams and sinks with unusual names. */
class SinkStreamsRouteTest extends RoutesTest {
    private EventStream<String> returns() {
        return pulse.stream(stream + ":returns", Codecs.string());
    }

    private String both(String options) {
        return "pulse-sink:" + stream + "," + stream + ":returns/mails?codec=string" + options;
    }

    private long pendingInBoth() {
        return List.of(events(), returns()).stream()
                .mapToLong(each -> {
                    try {
                        return each.figures().groups().stream()
                                .mapToLong(group -> group.pending())
                                .sum();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .sum();
    }

    @PulseTest
    void eventsOfAllStreamsAreConsumedAndTellWhichOneTheyAreOf() throws Exception {
        route(r -> r.from(both("")).to("mock:end"));
        add("a");
        returns().add("order.returned", "b");
        await().untilAsserted(() -> assertThat(mock().getReceivedExchanges())
                .extracting(e -> e.getIn().getHeader(PulseConstants.STREAM) + " "
                        + e.getIn().getBody())
                .containsExactlyInAnyOrder(stream + " a", stream + ":returns b"));
        await().until(() -> pendingInBoth() == 0);
    }

    @PulseTest
    void operationsAreAboutAllStreams() throws Exception {
        route(r -> r.from(both("&ackMode=manual&batching=true&batchSize=2&onFailure=deadLetter"))
                .split(r.body())
                .to("mock:end"));
        add("a");
        returns().add("order.returned", "b");
        await().until(() -> mock().getReceivedCounter() == 2);
        assertThat(template.requestBody(both("&operation=info"), null, Map.class))
                .containsEntry("streams", List.of(stream, stream + ":returns"))
                .containsEntry("pending", 2L)
                .containsEntry("lag", ChosenRedis.isOld() ? null : 0L);
        for (var batched : mock().getReceivedExchanges()) {
            ManualAck.of(batched.getIn().getBody(Exchange.class)).deadLetter("unwanted");
        }
        List<?> letters = await().until(
                        () -> template.requestBody(both("&operation=deadLetters"), null, List.class),
                        all -> all.size() == 2);
        // both letters may have the same id, each in its stream
        assertThat(template.requestBody(both("&operation=replay"), letters)).isEqualTo(List.of("REPLAYED", "REPLAYED"));
        await().until(() -> mock().getReceivedCounter() == 4);
        assertThat(template.requestBody(
                        both("&operation=ack"),
                        mock().getReceivedExchanges().stream()
                                .skip(2)
                                .map(e -> e.getIn()
                                        .getBody(Exchange.class)
                                        .getIn()
                                        .getHeader(PulseConstants.EVENT_ID))
                                .toList()))
                .isEqualTo(2);
        await().until(() -> pendingInBoth() == 0);
    }

    @PulseTest
    void optionsNameWhatThePathCannot() throws Exception {
        EventStream<String> odd = pulse.stream(stream + "/eu,west", Codecs.string());
        context.getRegistry().bind("odd", List.of(odd.name()));
        route(r -> r.from("pulse-sink:mails?streams=#odd").to("mock:end"));
        route(r -> r.from("pulse-sink:" + stream + "?sink=mails/eu").to("mock:end"));
        odd.add("e", "a");
        add("b");
        await().untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrder("a", "b"));
        assertThat(mock().getReceivedExchanges())
                .extracting(e -> e.getIn().getHeader(PulseConstants.SINK))
                .containsExactlyInAnyOrder("mails", "mails/eu");
    }
}
