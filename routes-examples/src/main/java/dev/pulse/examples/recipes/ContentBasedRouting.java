package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.builder.RouteBuilder;

public final class ContentBasedRouting extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:orders?period=200")
                .setHeader("euros", simple("${random(1,2000)}"))
                .setBody(simple("an order of ${header.euros} euros"))
                .choice()
                .when(simple("${header.euros} >= 1000"))
                .setHeader("CamelPulseTopic", constant("order/large"))
                .otherwise()
                .setHeader("CamelPulseTopic", constant("order/small"))
                .end()
                .to("pulse-stream:orders?eventName=order.placed");

        from("pulse-sink:orders/approval?topic=order/large").to("log:approve");

        from("pulse-sink:orders/packing?topicPattern=RAW(^order/)").to("log:pack");
    }
}
// end
