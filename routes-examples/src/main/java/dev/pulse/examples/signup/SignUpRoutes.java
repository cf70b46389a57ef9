package dev.pulse.examples.signup;

import org.apache.camel.builder.RouteBuilder;

/** The routes in Java DSL; {@code signup.yaml} has the same in YAML. */
final class SignUpRoutes extends RouteBuilder {
    private static final String AS_JSON = "codec=json&payloadType=dev.pulse.examples.signup.SignUp";

    @Override
    public void configure() {
        // publishes; while Redis is away, a sign-up waits here
        from("direct:sign-up")
                .routeId("sign-up")
                .errorHandler(defaultErrorHandler()
                        .maximumRedeliveries(-1)
                        .redeliveryDelay(200)
                        .logRetryAttempted(false))
                .to("pulse-stream:examples:users?eventName=user.created&" + AS_JSON);

        // two consumers of one sink share the events; each is acknowledged when its exchange is complete
        for (String mailer : new String[] {"mailer-1", "mailer-2"}) {
            from("pulse-sink:examples:users/mails?concurrentConsumers=2&backoff=500ms&" + AS_JSON)
                    .routeId(mailer)
                    .errorHandler(noErrorHandler())
                    .bean("mailer", "send");
        }

        // a reader sees every event
        from("pulse-stream:examples:users?" + AS_JSON).routeId("projection").bean("users", "add");
    }
}
