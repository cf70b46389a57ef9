package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.builder.RouteBuilder;

public final class ClaimCheck extends RouteBuilder {
    @Override
    public void configure() {
        from("timer:documents?period=500")
                .setBody(simple("a long document, ${exchangeId}"))
                .setHeader("claim", simple("${exchangeId}"))
                .to("pulse-map:documents?operation=set&key=RAW(${header.claim})")
                .setBody(header("claim"))
                .to("pulse-stream:documents"); // whoever gets the event fetches the document

        from("pulse-sink:documents/print?concurrentConsumers=4")
                .to("pulse-map:documents?operation=getFresh&key=RAW(${header.claim})&codec=string")
                .filter(body().isNotNull()) // else a delivery before this one got as far as the delete
                .to("log:print")
                .to("pulse-map:documents?operation=delete&key=RAW(${header.claim})");
    }
}
// end
