package dev.pulse.camel.sink;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.throttling.ThrottlingExceptionRoutePolicy;

/** What the README shows of sinks. */
final class SinkSnippets extends RouteBuilder {
    @Override
    public void configure() {
        // snippet: auto
        from("pulse-sink:orders/billing?concurrentConsumers=10&maxDeliveries=5&backoff=200ms")
                .to("direct:charge");
        // end

        // snippet: manual
        from("pulse-sink:orders/shipping?ackMode=manual&maxInFlight=1000")
                .to("direct:request-shipping"); // the exchange ends, the event stays pending

        from("direct:shipped") // some time later; the id of the event came along in the header CamelPulseEventId
                .to("pulse-sink:orders/shipping?operation=ack");
        // end

        // snippet: manual-here
        from("pulse-sink:orders/invoices?ackMode=manual").process(exchange -> {
            ManualAck event = ManualAck.of(exchange);
            if (exchange.getIn().getBody(String.class).isBlank()) {
                event.deadLetter("an order without content");
            } else {
                event.ack();
            }
        });
        // end

        // snippet: grouped
        from("pulse-sink:orders/audit?ackMode=manual&maxInFlight=1000")
                .aggregate(constant(true), new PulseGroupedAck()) // or with your strategy as its argument
                .completionSize(500)
                .completionTimeout(1_000)
                .forceCompletionOnStop()
                .to("direct:archive"); // the body is the list of bodies
        // end

        // snippet: batch
        from("pulse-sink:orders/search?batching=true&batchSize=500&batchTimeout=200ms")
                .to("direct:index"); // the body is a list of exchanges
        // end

        // snippet: order
        from("pulse-sink:orders/accounts?concurrentConsumers=50&orderBy=${header.customer}&exclusive=true")
                .to("direct:book");
        // end

        // snippet: strict-order
        from("pulse-sink:orders/ledger?orderBy=all&exclusive=true") // the same key for all
                .to("direct:post");
        // end

        // snippet: idempotent
        from("pulse-sink:orders/points")
                .idempotentConsumer(header("CamelPulseEventId"))
                .idempotentRepository("seen") // a repository of yours
                .to("direct:credit");
        // end

        // snippet: pause
        from("pulse-sink:orders/partner")
                .routePolicy(new ThrottlingExceptionRoutePolicy(2, 60_000, 1_000, null))
                .to("direct:call-partner"); // two failures within a minute: consume nothing for a second
        // end

        // snippet: dead-letters
        from("direct:repaired")
                .to("pulse-sink:orders/billing?operation=deadLetters&limit=1000")
                .split(body())
                .filter(simple("${body.cause} contains 'no stock'"))
                .to("pulse-sink:orders/billing?operation=replay");
        // end

        // snippet: poll
        from("direct:next")
                .pollEnrich("pulse-sink:orders/picking", 5_000) // one event, none read ahead
                .choice()
                .when(body().isNotNull())
                .to("direct:pick"); // acked when this exchange is complete
        // end
    }
}
