package dev.pulse.examples.recipes;

// snippet: recipe
import dev.pulse.camel.map.PulseAggregationRepository;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;

public final class FanOutFanIn extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:requests?period=500")
                .setHeader("request", simple("${exchangeId}"))
                .setBody(constant("ten crates"))
                .to("pulse-stream:requests");

        // out: each sink gets each event
        from("pulse-sink:requests/north")
                .setBody(simple("north: ${random(10,20)}"))
                .to("pulse-stream:offers");
        from("pulse-sink:requests/south")
                .setBody(simple("south: ${random(10,20)}"))
                .to("pulse-stream:offers");

        // in: any process adds to the group of a request, one of them completes it
        from("pulse-sink:offers/comparison?codec=string")
                .aggregate(header("request"), new GroupedBodyAggregationStrategy())
                .aggregationRepository(new PulseAggregationRepository("open-offers"))
                .optimisticLocking()
                .completionSize(2)
                .completionTimeout(10_000)
                .to("log:compare"); // the body is the list of offers
    }
}
// end
