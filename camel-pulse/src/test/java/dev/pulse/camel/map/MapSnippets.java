package dev.pulse.camel.map;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;

/** What the README shows of maps. */
final class MapSnippets extends RouteBuilder {
    @Override
    public void configure() {
        // snippet: flag
        from("direct:checkout")
                .to("pulse-map:flags?key=new-checkout&codec=string&resultHeader=newCheckout") // local memory
                .choice()
                .when(header("newCheckout").isEqualTo("on"))
                .to("direct:new-checkout")
                .otherwise()
                .to("direct:old-checkout");
        // end

        // snippet: set
        from("direct:flip").to("pulse-map:flags?operation=set&key=new-checkout&value=${body}&codec=string");
        // end

        // snippet: limit
        from("direct:call-partner")
                .to("pulse-map:limits?operation=inc&key=RAW(${header.customer})&resultHeader=calls")
                .filter(simple("${header.calls} <= 100"))
                .to("direct:partner");

        from("timer:minutes?period=60000").to("pulse-map:limits?operation=reset");
        // end

        // snippet: cache
        from("direct:price")
                .to("pulse-map:prices?operation=get&key=RAW(${header.product})&codec=json")
                .filter(body().isNull())
                .to("direct:look-up-price")
                .to("pulse-map:prices?operation=setIfAbsent&key=RAW(${header.product})&codec=json");

        from("direct:price-changed").to("pulse-map:prices?operation=delete&key=RAW(${header.product})");
        // end

        // snippet: lists
        from("direct:join")
                .to("pulse-map:rooms?operation=appendUnique&key=RAW(${header.room})"); // the body is one item
        from("direct:leave").to("pulse-map:rooms?operation=remove&key=RAW(${header.room})");
        // end

        // snippet: test
        from("direct:take-over")
                .to("pulse-map:jobs?operation=testAndSet&key=report&testValue=free&value=RAW(${camelId})&codec=string")
                .filter(header("CamelPulseChanged").isEqualTo(true))
                .to("direct:report");
        // end

        // snippet: follow
        from("pulse-map:flags?initialContent=true&kinds=set,del&keys=RAW(^new-)&codec=string")
                .log("${header.CamelPulseKey}: ${header.CamelPulseOldValue} -> ${body}")
                .to("direct:flag");
        // end

        // snippet: idempotent
        from("pulse-sink:payments/points")
                .idempotentConsumer(header("CamelPulseEventId"))
                .idempotentRepository("seen")
                .eager(false) // added when the exchange is complete, not before
                .to("direct:credit");
        // end

        // snippet: aggregate
        PulseAggregationRepository groups = new PulseAggregationRepository("order-lines");
        groups.setMaximumRedeliveries(5);
        groups.setDeadLetterUri("pulse-stream:order-lines-dead");

        from("pulse-sink:lines/orders?codec=string") // an event is acked when it is in its group
                .aggregate(header("order"), new GroupedBodyAggregationStrategy())
                .aggregationRepository(groups)
                .optimisticLocking()
                .completionSize(header("lines"))
                .completionTimeout(60_000)
                .to("direct:book-order");
        // end

        // snippet: offsets
        from("pulse-stream:payments?offsetRepository=#offsets&startAt=oldest").to("direct:index");
        // end
    }
}
