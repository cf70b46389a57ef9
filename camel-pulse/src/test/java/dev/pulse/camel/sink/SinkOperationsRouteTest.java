package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.stream.DeadLetter;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

class SinkOperationsRouteTest extends RoutesTest {
    private String sink(String options) {
        return "pulse-sink:" + stream + "/mails?codec=string" + options;
    }

    private String idOf(int index) {
        return mock().getReceivedExchanges().get(index).getIn().getHeader(PulseConstants.EVENT_ID, String.class);
    }

    @PulseTest
    void infoLagAndPendingTellHowTheSinkGetsOn() throws Exception {
        route(r -> r.from(sink("&ackMode=manual&maxInFlight=2&batchSize=2")).to("mock:end"));
        add("a", "b", "c");
        awaitBodies("a", "b");
        assertThat(template.requestBody(sink("&operation=pending"), null, Long.class))
                .isEqualTo(2);
        Long lag = ChosenRedis.isOld() ? null : 1L;
        assertThat(template.requestBody(sink("&operation=lag"), null, Long.class))
                .isEqualTo(lag);
        assertThat(template.requestBody(sink("&operation=info"), null, Map.class))
                .hasSize(5)
                .containsEntry("streams", List.of(stream))
                .containsEntry("sink", "mails")
                .containsEntry("lag", lag)
                .containsEntry("pending", 2L)
                .containsEntry("deadLetters", 0L);
        for (int i = 0; i < 3; i++) {
            int next = i;
            await().until(() -> mock().getReceivedCounter() > next);
            ManualAck.of(mock().getReceivedExchanges().get(next)).ack();
        }
    }

    @PulseTest
    void sinkThatIsNotThereHasNoLag() throws Exception {
        add("a");
        assertThat(template.requestBody(sink("&operation=lag"), "x")).isNull();
        assertThat(template.requestBody(sink("&operation=pending"), "x")).isNull();
    }

    @PulseTest
    void anotherRouteAcksByIdWhatAConsumerHolds() throws Exception {
        route(r -> r.from(sink("&ackMode=manual")).to("mock:end"));
        route(r -> r.from("direct:confirm").to(sink("&operation=ack")));
        add("a", "b", "c", "d");
        awaitBodies("a", "b", "c", "d");
        assertThat(template.requestBodyAndHeader("direct:confirm", null, PulseConstants.EVENT_ID, idOf(0)))
                .isEqualTo(1);
        assertThat(template.requestBodyAndHeader("direct:confirm", null, PulseConstants.EVENT_ID, idOf(0)))
                .isEqualTo(0);
        assertThat(template.requestBody("direct:confirm", List.of(idOf(1), idOf(2), "1-1")))
                .isEqualTo(2);
        await().until(() -> pending("mails") == 1);
        // once more by way of a nack
        assertThat(template.requestBody(sink("&operation=nack&delay=1ms"), idOf(3)))
                .isEqualTo(1);
        awaitBodies("a", "b", "c", "d", "d");
        assertThat(template.requestBodyAndHeader(
                        sink("&operation=info"), idOf(4), PulseConstants.OPERATION, "ack", Integer.class))
                .isEqualTo(1);
        awaitNothingPending("mails");
    }

    private AtomicBoolean routeThatFailsUntilRepaired() throws Exception {
        AtomicBoolean repaired = new AtomicBoolean();
        route(r -> r.from(sink("&onFailure=deadLetter"))
                .process(e -> {
                    if (!repaired.get()) {
                        throw new IllegalStateException("no stock");
                    }
                })
                .to("mock:end"));
        return repaired;
    }

    @PulseTest
    void deadLettersAreListedAndReplayed() throws Exception {
        AtomicBoolean repaired = routeThatFailsUntilRepaired();
        route(r -> r.from("pulse-sink:" + stream + "/others?onFailure=deadLetter")
                .process(e -> {
                    throw new IllegalStateException("never");
                }));
        add("a", "b", "c");
        await().until(() -> events().deadLetters().count() == 6);
        List<?> letters = template.requestBody(sink("&operation=deadLetters"), null, List.class);
        assertThat(letters)
                .hasSize(3)
                .allSatisfy(each -> assertThat(each)
                        .isInstanceOfSatisfying(
                                DeadLetter.class,
                                letter -> assertThat(letter.sink()).isEqualTo("mails")));
        assertThat(template.requestBody(sink("&operation=deadLetters&limit=2"), null, List.class))
                .hasSize(2);
        repaired.set(true);
        assertThat(template.requestBody(sink("&operation=replay"), letters))
                .isEqualTo(List.of("REPLAYED", "REPLAYED", "REPLAYED"));
        await().untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrder("a", "b", "c"));
        assertThat(template.requestBody(sink("&operation=replay"), letters.getFirst()))
                .isEqualTo(List.of("NO_SUCH_DEAD_LETTER"));
        awaitNothingPending("mails");
    }

    @PulseTest
    void eventOfADeadLetterIsAddedAgainForAll() throws Exception {
        AtomicBoolean repaired = routeThatFailsUntilRepaired();
        route(r -> r.from("pulse-stream:" + stream + "?codec=string&startAt=oldest")
                .to("mock:read"));
        add("a");
        await().until(() -> events().deadLetters().count() == 1);
        List<?> letters = template.requestBody(sink("&operation=deadLetters"), null, List.class);
        repaired.set(true);
        List<?> added = template.requestBody(sink("&operation=replayAsNew"), letters, List.class);
        awaitBodies("a");
        assertThat(added).isEqualTo(List.of(idOf(0)));
        await().until(() -> getMockEndpoint("mock:read").getReceivedCounter() == 2);
        List<?> again = template.requestBody(sink("&operation=replayAsNew"), letters, List.class);
        assertThat(again).hasSize(1).containsOnlyNulls();
        awaitNothingPending("mails");
    }

    @PulseTest
    void routeOverTheDeadLettersReplaysThem() throws Exception {
        AtomicBoolean repaired = new AtomicBoolean();
        route(r -> r.from(sink("&onFailure=deadLetter"))
                .process(e -> {
                    if (!repaired.getAndSet(true)) {
                        throw new IllegalStateException("no stock");
                    }
                })
                .to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream + ":dead?startAt=oldest").to(sink("&operation=replay")));
        add("a");
        awaitBodies("a");
        awaitNothingPending("mails");
        await().until(() -> events().deadLetters().count() == 0);
    }

    @PulseTest
    void operationWithoutIdsFailsAndSaysWhereTheyBelong() throws Exception {
        add("a");
        for (String operation : List.of("ack", "nack", "replay", "replayAsNew")) {
            assertThat(template.send(sink("&operation=" + operation), e -> {}).getException())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("header CamelPulseEventId or in the body");
        }
        assertThat(template.send(sink("&operation=ack"), e -> e.getIn().setBody("yesterday"))
                        .getException())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @PulseTest
    void dynamicRouteAsksTheSinkThatTheMessageNames() throws Exception {
        route(r -> r.from(sink("&ackMode=manual")).to("mock:end"));
        route(r -> r.from("direct:ask").toD("pulse-sink:" + stream + "/${header.sink}?operation=pending"));
        add("a");
        awaitBodies("a");
        assertThat(template.requestBodyAndHeader("direct:ask", null, "sink", "mails"))
                .isEqualTo(1L);
        assertThat(template.requestBodyAndHeader("direct:ask", null, "sink", "others"))
                .isNull();
        ManualAck.of(mock().getReceivedExchanges().getFirst()).ack();
        awaitNothingPending("mails");
    }
}
