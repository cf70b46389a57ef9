package dev.pulse.examples.tasks;

import org.apache.camel.builder.RouteBuilder;

/** A studio, of which there are two, each with these routes; {@code studio.yaml} has the same in YAML. */
final class StudioRoutes extends RouteBuilder {
    private static final String PICTURES = "codec=json&payloadType=dev.pulse.examples.tasks.Picture";

    @Override
    public void configure() {
        // what fails is tried again by the pool
        errorHandler(noErrorHandler());

        // which tenants there are stands in a map: each of them has one poller, in one of the studios
        from("pulse-pool:examples:pollers?schedule=tenants&period=1s&codec=string")
                .routeId("plan")
                .to("pulse-map:examples:tenants?operation=snapshot&codec=string");

        // a poller that begins here lives on behind its exchange, until it ends or goes elsewhere
        from("pulse-pool:examples:pollers?on=start,stop&lease=5s&codec=string")
                .routeId("pollers")
                .choice()
                .when(header("CamelPulseJobEvent").isEqualTo("start"))
                .bean("pollers", "begin")
                .otherwise()
                .bean("pollers", "end");

        // a picture that was found becomes a task; with an id, so that however often this is tried, there is one
        from("direct:picture")
                .routeId("found")
                .to(
                        "pulse-pool:examples:thumbnails?operation=enqueue&key=RAW(${body.name})&dispatchId=RAW(${body.name})&"
                                + PICTURES);

        // its thumbnail: a failed exchange is a failed attempt, and after three of them the task is dead
        from("pulse-pool:examples:thumbnails?mode=task&maxJobs=4&attempts=3&backoff=200ms&lease=5s&" + PICTURES)
                .routeId("thumbnails")
                .bean("darkroom", "develop");

        // now and then one of the studios looks for what is dead, mends what it died of, and has it tried anew
        from("pulse-pool:examples:thumbnails?ticker=mending&period=4s")
                .routeId("mending")
                .to("pulse-pool:examples:thumbnails?operation=deadJobs")
                .split(body())
                .bean("darkroom", "learn")
                .to("pulse-pool:examples:thumbnails?operation=retry&key=RAW(${body.key})");

        // and one of them tells how all get on
        from("pulse-pool:examples:thumbnails?ticker=summary&cron=0/3 * * * * ?")
                .routeId("summary")
                .bean("darkroom", "summary");
    }
}
