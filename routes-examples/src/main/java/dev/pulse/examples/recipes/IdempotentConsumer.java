package dev.pulse.examples.recipes;

// snippet: recipe
import dev.pulse.camel.map.PulseIdempotentRepository;
import org.apache.camel.builder.RouteBuilder;

public final class IdempotentConsumer extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:payments?period=200")
                .setHeader("payment", simple("${random(1,20)}")) // most come more than once
                .setBody(simple("payment ${header.payment}"))
                .to("pulse-stream:payments?operation=addOnce&onceKey=RAW(${header.payment})&onceWindow=24h");

        from("pulse-sink:payments/booking?concurrentConsumers=4")
                .idempotentConsumer(header("CamelPulseEventId"))
                .idempotentRepository(new PulseIdempotentRepository("booked?ttl=30d"))
                .eager(false) // remembered when it is done, not before
                .to("log:book");
    }
}
// end
