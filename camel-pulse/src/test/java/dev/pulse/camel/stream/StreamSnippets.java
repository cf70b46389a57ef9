package dev.pulse.camel.stream;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;

/** What the README shows of streams. */
final class StreamSnippets extends RouteBuilder {
    @Override
    public void configure() {
        // snippet: add
        from("direct:order")
                .to("pulse-stream:orders?eventName=order.placed&codec=json")
                .log("added ${header.CamelPulseEventId}");
        // end

        // snippet: batch
        from("direct:file")
                .split(body().tokenize("\n"))
                .aggregate(constant(true), new GroupedBodyAggregationStrategy())
                .completionSize(1_000)
                .completionTimeout(500)
                .to("pulse-stream:lines"); // a list of bodies: one round trip
        // end

        // snippet: once
        from("direct:payment")
                .to("pulse-stream:payments?operation=addOnce&onceKey=RAW(${header.paymentId})&onceWindow=24h")
                .filter(header("CamelPulseAdded").isEqualTo(true))
                .to("direct:first-time");
        // end

        // snippet: dynamic
        from("direct:region-order").toD("pulse-stream:orders-${header.region}?eventName=order.placed");
        // end

        // snippet: read
        from("pulse-stream:orders?startAt=oldest&codec=json").to("direct:projection");
        // end

        // snippet: offsets
        from("pulse-stream:orders?offsetRepository=#offsets&startAt=oldest").to("direct:index");
        // end

        // snippet: choose
        from("pulse-stream:orders?startAt=oldest&topicPattern=RAW(^eu/.+)&filter=RAW(${header.express} == 'true')")
                .to("direct:express");
        // end

        // snippet: read-batch
        from("pulse-stream:orders?startAt=oldest&batching=true&batchSize=500&batchTimeout=200ms")
                .to("direct:bulk"); // the body is a list of exchanges
        // end

        // snippet: gap
        from("pulse-stream:orders?startAt=oldest&gapPolicy=fail&bridgeErrorHandler=true")
                .routeId("ledger")
                .onException(EventsLostException.class)
                .handled(true)
                .log("the ledger stands still: ${exception.message}")
                .end()
                .to("direct:ledger");
        // end

        // snippet: poll
        from("direct:next")
                .pollEnrich("pulse-stream:orders?startAt=oldest", 5_000) // one event, none read ahead
                .to("direct:one");
        // end
    }
}
