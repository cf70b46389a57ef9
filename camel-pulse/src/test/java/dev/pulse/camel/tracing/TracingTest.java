package dev.pulse.camel.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.testing.PulseTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/** Who is told what in a trace, and that a trace goes on behind streams, sinks and pools. */
class TracingTest extends RoutesTest {
    private final TestTracer tracer = new TestTracer();

    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        tracer.init(created);
    }

    private TestTracer.TestSpan only(String scheme, String operation) {
        await().untilAsserted(() -> assertThat(tracer.of(scheme, operation)).hasSize(1));
        return tracer.of(scheme, operation).getFirst();
    }

    @PulseTest
    void traceGoesOnBehindStreamsAndSinks() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream).to("mock:read"));
        route(r -> r.from("direct:in").to("pulse-stream:" + stream + "?eventName=placed&topic=eu"));
        template.sendBody("direct:in", "x");
        // their spans have all tags then
        await().until(() ->
                mock().getReceivedCounter() == 1 && getMockEndpoint("mock:read").getReceivedCounter() == 1);
        TestTracer.TestSpan sent = only("pulse-stream", "EVENT_SENT");
        TestTracer.TestSpan sunk = only("pulse-sink", "EVENT_RECEIVED");
        TestTracer.TestSpan read = only("pulse-stream", "EVENT_RECEIVED");
        assertThat(List.of(sunk.trace(), read.trace())).containsOnly(sent.trace());
        assertThat(sent.tags())
                .containsEntry("messaging.system", "pulse")
                .containsEntry("messaging.destination.name", stream)
                .doesNotContainKey("messaging.message.id");
        assertThat(sunk.tags())
                .containsEntry("messaging.destination.name", stream + "/mails")
                .containsEntry("pulse.event", "placed")
                .containsEntry("pulse.topic", "eu")
                .containsEntry("pulse.delivery", "1")
                .containsEntry(
                        "messaging.message.id",
                        events().snapshot().getFirst().id().toString());
    }

    @PulseTest
    void traceGoesOnInJobsInNotificationsAndInMessages() throws Exception {
        route(r -> r.from("pulse-pool:" + stream + "?on=start,notify,message&codec=string")
                .to("mock:end")
                .setBody(r.simple("${header.CamelPulseJobEvent} ${body}")));
        route(r -> r.from("direct:in")
                .to("pulse-pool:" + stream + "?key=ann&resultHeader=dispatch")
                .to("pulse-pool:" + stream + "?key=ann&operation=notify&resultHeader=found")
                .to("pulse-pool:" + stream + "?key=ann&operation=send&codec=string"));
        assertThat(template.requestBody("direct:in", "x", String.class)).contains("message");
        await().until(() -> mock().getReceivedCounter() == 3);
        assertThat(tracer.of("pulse-pool", "EVENT_RECEIVED"))
                .hasSize(3)
                .allSatisfy(span -> assertThat(span.tags()).containsEntry("pulse.key", "ann"))
                .extracting(TestTracer.TestSpan::trace)
                .containsOnly(tracer.of("pulse-pool", "EVENT_SENT").getFirst().trace());
    }

    @PulseTest
    void dispatchWithAnIdCanBeSentAgainInAnotherTrace() throws Exception {
        route(r -> r.from("pulse-pool:" + stream).to("mock:end"));
        route(r -> r.from("direct:in").to("pulse-pool:" + stream + "?key=ann&dispatchId=one"));
        template.sendBody("direct:in", "x");
        template.sendBody("direct:in", "x");
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(pulse.pool(stream).payload("ann"))
                .hasValueSatisfying(payload -> assertThat(payload).isEqualTo("x".getBytes(StandardCharsets.US_ASCII)));
    }

    @PulseTest
    void payloadIsReadWithoutItsTraceAndCanBeSentWithoutOne() throws Exception {
        route(r -> r.from("pulse-pool:" + stream).to("mock:end"));
        route(r -> r.from("direct:with").to("pulse-pool:" + stream + "?key=ann"));
        route(r -> r.from("direct:without").to("pulse-pool:" + stream + "?key=bo&traceCarried=false"));
        route(r -> r.from("direct:payload").to("pulse-pool:" + stream + "?operation=payload&codec=string"));
        template.sendBody("direct:with", "x");
        template.sendBody("direct:without", "y");
        assertThat(template.requestBodyAndHeader("direct:payload", "", "CamelPulseKey", "ann"))
                .isEqualTo("x");
        assertThat(pulse.pool(stream).payload("ann").orElseThrow()).hasSizeGreaterThan(1);
        assertThat(pulse.pool(stream).payload("bo").orElseThrow()).hasSize(1);
    }

    @PulseTest
    void mapsHaveSpansOfTheirOwn() throws Exception {
        route(r -> r.from("direct:in").to("pulse-map:" + stream + "?operation=set"));
        template.sendBodyAndHeaders("direct:in", "x", Map.of("CamelPulseKey", "k"));
        assertThat(only("pulse-map", "EVENT_SENT").tags())
                .containsEntry("db.system", "redis")
                .containsEntry("db.name", stream)
                .containsEntry("pulse.key", "k");
    }
}
