package dev.pulse.examples.readme;

import org.apache.camel.builder.RouteBuilder;

/** The routes in the README. */
public final class ReadmeRoutes extends RouteBuilder {
    @Override
    public void configure() {
        // snippet: sink
        from("pulse-sink:users/mails?concurrentConsumers=4")
                .log("greeting ${body}, delivery ${header.CamelPulseDeliveryCount}")
                .to("direct:send-mail");
        // end

        // snippet: stream
        from("direct:sign-up").to("pulse-stream:users?eventName=user.created");

        from("pulse-stream:users?startAt=oldest").to("direct:projection");
        // end

        // snippet: map
        from("direct:open-shop").to("pulse-map:flags?operation=set&key=shop&value=open&codec=string");

        from("direct:shop")
                .to("pulse-map:flags?key=shop&codec=string&resultHeader=shop")
                .filter(header("shop").isEqualTo("open"))
                .to("direct:order");
        // end

        // snippet: pool
        from("direct:parcel").to("pulse-pool:parcels?key=RAW(${header.parcel})");

        from("pulse-pool:parcels?on=start,stop")
                .log("${header.CamelPulseJobEvent} of ${header.CamelPulseKey}")
                .to("direct:track");
        // end
    }
}
