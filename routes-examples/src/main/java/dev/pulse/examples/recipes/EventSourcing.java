package dev.pulse.examples.recipes;

// snippet: recipe
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.builder.RouteBuilder;

public final class EventSourcing extends RouteBuilder {
    private final Map<String, Integer> balances = new ConcurrentHashMap<>();

    @Override
    public void configure() {
        from("timer:deposits?period=200")
                .setHeader("account", simple("${random(1,4)}"))
                .setBody(simple("${random(1,100)}"))
                .to("pulse-stream:deposits?eventName=money.deposited&codec=json&unbounded=true");

        from("pulse-stream:deposits?startAt=oldest&codec=json&payloadType=java.lang.Integer")
                .process(event -> {
                    String account = event.getIn().getHeader("account", String.class);
                    int amount = event.getIn().getBody(Integer.class);
                    event.getIn().setBody(balances.merge(account, amount, Integer::sum));
                })
                .to("log:balance?showHeaders=true");
    }
}
// end
