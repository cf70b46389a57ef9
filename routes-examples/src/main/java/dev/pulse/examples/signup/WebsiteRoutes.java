package dev.pulse.examples.signup;

import dev.pulse.camel.sink.PulseGroupedAck;
import org.apache.camel.builder.RouteBuilder;

/** Where people sign up, and all who look on; {@code website.yaml} has the same in YAML. */
final class WebsiteRoutes extends RouteBuilder {
    private static final String SIGN_UPS = "codec=json&payloadType=dev.pulse.examples.signup.SignUp";
    private static final String MAILS = "codec=json&payloadType=dev.pulse.examples.signup.Mail";

    @Override
    public void configure() {
        // while Redis is away, whoever needs it waits
        errorHandler(defaultErrorHandler()
                .maximumRedeliveries(-1)
                .redeliveryDelay(200)
                .logRetryAttempted(false));

        // publishes, with the plan as the topic
        from("timer:visitors?period=40&delay=0")
                .routeId("visitors")
                .bean("visitors", "next")
                .setHeader("CamelPulseTopic", simple("${body.plan}"))
                .to("pulse-stream:examples:users?eventName=user.created&" + SIGN_UPS)
                .bean("ledger", "published");

        // a reader sees every event
        from("pulse-stream:examples:users?startAt=oldest&" + SIGN_UPS)
                .routeId("projection")
                .bean("ledger", "project");

        // a sink of its own, about one topic
        from("pulse-sink:examples:users/sales?topic=paid&" + SIGN_UPS)
                .routeId("sales")
                .bean("ledger", "sold");

        // groups of mails: their events are acked when the group has been written down
        from("pulse-sink:examples:mails/audit?ackMode=manual&" + MAILS)
                .routeId("audit")
                .aggregate(constant(true), new PulseGroupedAck())
                .completionSize(20)
                .completionTimeout(500)
                .bean("ledger", "greeted");

        // what the mailers gave up: their mail servers are told what they did not know, then it is replayed
        from("timer:postmaster?period=2000&delay=2000")
                .routeId("postmaster")
                .to("pulse-sink:examples:users/mails?operation=deadLetters&" + SIGN_UPS)
                .split(body())
                .setProperty("letter", body())
                .bean("postmaster", "domainOf")
                .to("pulse-stream:examples:domains?eventName=domain.allowed&codec=string")
                .removeHeaders("CamelPulse*")
                .setBody(exchangeProperty("letter"))
                .to("pulse-sink:examples:users/mails?operation=replay")
                .bean("postmaster", "replayed");
    }
}
