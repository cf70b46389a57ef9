package dev.pulse.examples.recipes;

// snippet: recipe
import dev.pulse.camel.pool.PulseClusterService;
import org.apache.camel.builder.RouteBuilder;

public final class LeaderOnly extends RouteBuilder {
    @Override
    public void configure() throws Exception {
        PulseClusterService cluster = new PulseClusterService();
        cluster.setPool("leaders?lease=10s");
        getContext().addService(cluster);

        from("master:reports:timer:reports?period=1000")
                .setBody(simple("${camelId} leads"))
                .to("log:report");
    }
}
// end
