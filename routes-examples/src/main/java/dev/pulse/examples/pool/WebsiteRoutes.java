package dev.pulse.examples.pool;

import org.apache.camel.builder.RouteBuilder;

/** Where people sign up; {@code website.yaml} has the same in YAML. */
final class WebsiteRoutes extends RouteBuilder {
    private static final String SIGN_UPS = "codec=json&payloadType=dev.pulse.examples.signup.SignUp";
    private static final String MAILS = "codec=json&payloadType=dev.pulse.examples.pool.WelcomeMail";
    private static final String MANY_AT_ONCE = "concurrentConsumers=50&backoff=200ms&";

    @Override
    public void configure() {
        // what fails is delivered again by the sink
        errorHandler(noErrorHandler());

        // people sign up
        from("timer:visitors?period=400&delay=0")
                .routeId("visitors")
                .bean("visitors", "next")
                .to("pulse-stream:examples:sign-ups?eventName=user.created&" + SIGN_UPS)
                .bean("ledger", "signedUp");

        // who signed up gets a job; with an id, so that however often this is tried, one begins
        from("pulse-sink:examples:sign-ups/mails?" + MANY_AT_ONCE + SIGN_UPS)
                .routeId("dispatch")
                .to("pulse-pool:examples:mails?operation=dispatch&lease=5s&key=RAW(${body.user})"
                        + "&dispatchId=RAW(sign-up-${body.user})&" + SIGN_UPS);

        // every mail is written down, in order
        from("pulse-stream:examples:mails?startAt=oldest&" + MAILS)
                .routeId("ledger")
                .bean("ledger", "sent");

        // after the last mail the job has nothing to do any more
        from("pulse-sink:examples:mails/website?filter=RAW(${body.last})&" + MANY_AT_ONCE + MAILS)
                .routeId("finish")
                .to("pulse-pool:examples:mails?operation=stop&lease=5s&key=RAW(${body.user})")
                .bean("ledger", "ended");

        // the operator has the workers go slower and faster, by a flag that all processes have in memory
        from("timer:pace?period=5000&delay=0")
                .routeId("pace")
                .bean("pace", "next")
                .to("pulse-map:examples:flags?operation=set&key=pace&codec=string");
    }
}
