package dev.pulse.examples.signup;

import org.apache.camel.builder.RouteBuilder;

/** Those who greet users by mail, in this process and others; {@code mail.yaml} has the same in YAML. */
final class MailRoutes extends RouteBuilder {
    private static final String SIGN_UPS = "codec=json&payloadType=dev.pulse.examples.signup.SignUp";
    private static final String MAILS = "codec=json&payloadType=dev.pulse.examples.signup.Mail";
    private static final String ONE_OF_MANY = "concurrentConsumers=2&backoff=200ms&maxDeliveries=3&ackDeadline=5s&";

    @Override
    public void configure() {
        // what fails is delivered again by the sink, to whoever is there
        errorHandler(noErrorHandler());

        // two consumers of one sink share the events; each is acked when its mail is sent and said to be
        for (String mailer : new String[] {"mailer-1", "mailer-2"}) {
            from("pulse-sink:examples:users/mails?" + ONE_OF_MANY + SIGN_UPS)
                    .routeId(mailer)
                    .bean("mailServer", "send")
                    .to("pulse-stream:examples:mails?eventName=mail.sent&" + MAILS);
        }

        // each process learns of all domains, also of those from before it began
        from("pulse-stream:examples:domains?startAt=oldest&codec=string")
                .routeId("domains")
                .bean("mailServer", "allow");
    }
}
