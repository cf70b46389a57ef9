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
        from("direct:order").to("pulse-pool:invoices?operation=enqueue&key=RAW(${header.order})&codec=json");

        from("pulse-pool:invoices?mode=task&maxJobs=20&attempts=10&backoff=2s&codec=json")
                .doTry()
                .to("direct:print") // when it fails, it is tried again
                .doCatch(IllegalArgumentException.class) // but here no other attempt would help
                .setHeader("CamelPulseDead", simple("${exception.message}"))
                .end();
        // end

        // snippet: again
        from("pulse-pool:imports?mode=task")
                .to("direct:look")
                .choice()
                .when(header("ready").isEqualTo(true))
                .to("direct:import")
                .otherwise() // nothing has failed
                .setHeader("CamelPulseAgainAfter", constant("2s"));
        // end

        // snippet: dead
        from("direct:list-dead").to("pulse-pool:invoices?operation=deadJobs"); // a list of JobInfo: key, error, died, …

        from("direct:mended").to("pulse-pool:invoices?operation=retry&key=RAW(${header.order})");
        // end

        // snippet: ticker
        from("pulse-pool:shop?ticker=report&cron=0 8 * * 1-5&timeZone=Europe/Stockholm")
                .to("direct:report-to-office"); // on one node
        // end

        // snippet: schedule
        from("direct:tenant").to("pulse-map:tenants?operation=set&key=RAW(${header.tenant})&codec=string");

        from("pulse-pool:pollers?schedule=tenants&period=2s&codec=string")
                .to("pulse-map:tenants?operation=snapshot&codec=string"); // a poller for each tenant, and no other

        from("pulse-pool:pollers?on=start,stop&codec=string").to("direct:poller");
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
