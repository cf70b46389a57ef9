package dev.pulse.examples.recipes;

// snippet: recipe
import dev.pulse.NoWorkerException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.builder.RouteBuilder;

public final class RequestReply extends RouteBuilder {
    private final Map<String, Integer> carts = new ConcurrentHashMap<>();

    @Override
    public void configure() {
        from("timer:clicks?period=200")
                .onException(NoWorkerException.class) // nothing was sent: try again
                .maximumRedeliveries(10)
                .redeliveryDelay(500)
                .end()
                .setHeader("customer", simple("${random(1,4)}"))
                .setBody(constant("bread"))
                .to("pulse-pool:carts?operation=send&key=RAW(${header.customer})&codec=string&dispatchTimeout=5s")
                .to("log:answer");

        from("pulse-pool:carts?on=message&codec=string").process(click -> {
            String customer = click.getIn().getHeader("CamelPulseKey", String.class);
            int items = carts.merge(customer, 1, Integer::sum);
            click.getIn()
                    .setBody(customer + " has " + items + " in "
                            + click.getContext().getName());
        });
    }
}
// end
