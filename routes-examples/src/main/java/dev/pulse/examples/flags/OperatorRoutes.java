package dev.pulse.examples.flags;

import org.apache.camel.builder.RouteBuilder;

/** Who runs the shops, in one process; {@code operator.yaml} has the same in YAML. */
final class OperatorRoutes extends RouteBuilder {
    @Override
    public void configure() {
        // flips the flag
        from("timer:flips?period=1000&delay=1000")
                .routeId("flips")
                .bean("operator", "flip")
                .to("pulse-map:examples:flags?operation=set&key=new-checkout&codec=string");

        // learns which shop follows
        from("pulse-map:examples:following?kinds=set&codec=string")
                .routeId("following")
                .bean("operator", "follows");

        // has the rate limit begin anew
        from("timer:seconds?period=1000")
                .routeId("seconds")
                .to("pulse-map:examples:limits?operation=reset")
                .bean("operator", "secondBegins");

        // a price that changed is forgotten, everywhere
        from("timer:prices?period=2000&delay=2000")
                .routeId("prices")
                .setBody(method("shop", "order"))
                .to("pulse-map:examples:prices?operation=delete");
    }
}
