package dev.pulse.examples.flags;

import dev.pulse.PulseException;
import org.apache.camel.builder.RouteBuilder;

/** A shop, of which there is one in each process; {@code shop.yaml} has the same in YAML. */
final class ShopRoutes extends RouteBuilder {
    @Override
    public void configure() {
        // while Redis is away, whoever needs it waits; who only reads local memory does not notice
        onException(PulseException.class)
                .maximumRedeliveries(-1)
                .redeliveryDelay(200)
                .logRetryAttempted(false);

        // the flag is read from local memory, and decides over each order
        from("timer:orders?period=20&delay=0")
                .routeId("orders")
                .setHeader("product", method("shop", "order"))
                .to("direct:price")
                .to("pulse-map:examples:flags?key=new-checkout&codec=string&resultHeader=newCheckout")
                .choice()
                .when(header("newCheckout").isEqualTo("on"))
                .to("pulse-map:examples:tally?operation=inc&key=RAW(${camelId}/new)")
                .otherwise()
                .to("pulse-map:examples:tally?operation=inc&key=RAW(${camelId}/old)");

        // a cache that all shops share: one looks a price up, then all have it in local memory
        from("direct:price")
                .routeId("price")
                .to("pulse-map:examples:prices?operation=get&key=RAW(${header.product})&codec=string")
                .filter(body().isNull())
                .bean("shop", "lookUp")
                .to("pulse-map:examples:prices?operation=setIfAbsent&key=RAW(${header.product})&codec=string")
                .to("pulse-map:examples:tally?operation=inc&key=look-ups");

        // a limit that all shops share: one counter for all, which begins anew each second
        from("timer:partner?period=10&delay=0")
                .routeId("partner")
                .to("pulse-map:examples:limits?operation=inc&key=calls&resultHeader=calls")
                .filter(simple("${header.calls} <= 20"))
                .to("pulse-map:examples:tally?operation=inc&key=calls");

        // changes of the flag as they come: each shop says that it follows
        from("pulse-map:examples:flags?initialContent=true&codec=string")
                .routeId("flag")
                .filter(header("CamelPulseKey").isEqualTo("new-checkout"))
                .to("pulse-map:examples:following?operation=set&key=RAW(${camelId})&codec=string");
    }
}
