package dev.pulse.camel.pool;

import dev.pulse.JobExistsException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;

/** What the README shows of pools. */
final class PoolSnippets extends RouteBuilder {
    @Override
    public void configure() throws Exception {
        // snippet: work
        routeTemplate("mailbox")
                .templateParameter("owner")
                .from("timer:{{owner}}?period=60000")
                .to("direct:fetch");

        from("pulse-pool:mailboxes?on=start,stop&codec=string")
                .setProperty("routeId", simple("mailbox-${header.CamelPulseKey}"))
                .choice()
                .when(header("CamelPulseJobEvent").isEqualTo("start")) // the mailbox of this key is ours
                .process(e -> TemplatedRouteBuilder.builder(e.getContext(), "mailbox")
                        .routeId(e.getProperty("routeId", String.class))
                        .parameter("owner", e.getIn().getHeader("CamelPulseKey"))
                        .add())
                .otherwise() // somebody stopped it, or it goes elsewhere
                .toD("controlbus:route?routeId=${exchangeProperty.routeId}&action=stop")
                .process(e -> e.getContext().removeRoute(e.getProperty("routeId", String.class)));
        // end

        // snippet: dispatch
        from("direct:sign-up")
                .onException(JobExistsException.class)
                .handled(true) // it has one already
                .end()
                .to("pulse-pool:mailboxes?key=RAW(${header.user})");

        from("direct:sign-off").to("pulse-pool:mailboxes?operation=stop&key=RAW(${header.user})");
        // end

        // snippet: task
        from("direct:order")
                .to("pulse-pool:invoices?key=RAW(${header.order})&dispatchId=RAW(${header.order})&codec=json");

        from("pulse-pool:invoices?mode=task&maxJobs=20&codec=json")
                .to("direct:print"); // the job ends with the exchange
        // end

        // snippet: message
        from("direct:add-to-cart").to("pulse-pool:carts?operation=send&key=RAW(${header.customer})&codec=json");

        from("pulse-pool:carts?on=message&codec=json")
                .to("direct:cart"); // one customer's one after another, in one place
        // end

        // snippet: cluster
        PulseClusterService cluster = new PulseClusterService();
        cluster.setPool("leaders?lease=10s");
        getContext().addService(cluster);

        from("master:reports:timer:hourly?period=3600000").to("direct:report");
        // end
    }
}
