package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.builder.RouteBuilder;

public final class FlagRouting extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:payments?period=200")
                .setBody(constant("a payment"))
                .to("pulse-map:routing?key=payments&codec=string&resultHeader=way") // local memory
                .choice()
                .when(header("way").in("old", "new"))
                .toD("direct:pay-${header.way}")
                .otherwise() // no flag, or one that this version does not know
                .to("direct:pay-old");

        from("direct:pay-old").to("log:old");
        from("direct:pay-new").to("log:new");

        // here by itself after 3 s; elsewhere a command of yours, in any process
        from("timer:switch?delay=3000&repeatCount=1")
                .to("pulse-map:routing?operation=set&key=payments&value=new&codec=string");
    }
}
// end
