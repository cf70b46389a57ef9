package dev.pulse.examples.recipes;

// snippet: recipe
import dev.pulse.camel.sink.PulseGroupedAck;
import org.apache.camel.builder.RouteBuilder;

public final class SplitAndAggregate extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:orders?period=200")
                .setBody(constant("bread,milk,eggs"))
                .split(body().tokenize(","))
                .to("pulse-stream:lines");

        from("pulse-sink:lines/archive?ackMode=manual&maxInFlight=1000&codec=string")
                .aggregate(constant(true), new PulseGroupedAck())
                .completionSize(30)
                .completionTimeout(1_000)
                .forceCompletionOnStop()
                .to("log:archive"); // the body is the list of lines; all are acked behind this
    }
}
// end
