package dev.pulse.examples.recipes;

// snippet: recipe
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.builder.RouteBuilder;

public final class CacheAndLimit extends RouteBuilder {
    @Override
    public void configure() {
        onException(RejectedExecutionException.class).handled(true).to("log:too-many-calls");

        from("timer:requests?period=50")
                .setHeader("product", simple("${random(1,100)}"))
                .to("pulse-map:prices?key=RAW(${header.product})&codec=string&ttl=10m") // local memory
                .filter(body().isNull())
                .to("direct:partner")
                .to("pulse-map:prices?operation=setIfAbsent&key=RAW(${header.product})&codec=string&ttl=10m")
                .end()
                .to("log:price");

        from("direct:partner")
                .errorHandler(noErrorHandler()) // the caller decides
                .to("pulse-map:calls?operation=inc&key=partner&ttl=10s&resultHeader=calls")
                .filter(simple("${header.calls} > 20"))
                .throwException(RejectedExecutionException.class, "20 calls in 10 s")
                .end()
                .setBody(simple("${random(100,999)} cents")) // in place of the call
                .to("log:partner");
    }
}
// end
