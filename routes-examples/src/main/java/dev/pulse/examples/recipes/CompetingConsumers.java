package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.builder.RouteBuilder;

public final class CompetingConsumers extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:orders?period=200")
                .setBody(simple("order ${exchangeId}"))
                .to("pulse-stream:orders?eventName=order.placed");

        from("pulse-sink:orders/billing?concurrentConsumers=4&maxDeliveries=5&backoff=200ms")
                .to("log:charge");
    }
}
// end
