package dev.pulse.examples.pool;

import org.apache.camel.builder.RouteBuilder;

/** A worker, of which there are several, each in a process of its own; {@code worker.yaml} has the same in YAML. */
final class WorkerRoutes extends RouteBuilder {
    private static final String SIGN_UPS = "codec=json&payloadType=dev.pulse.examples.signup.SignUp";
    private static final String MAILS = "codec=json&payloadType=dev.pulse.examples.pool.WelcomeMail";

    @Override
    public void configure() {
        // the mailer tries again what failed
        errorHandler(noErrorHandler());

        // a job that begins here lives on behind its exchange; one that ends here may begin elsewhere when its exchange
        // is done
        from("pulse-pool:examples:mails?on=start,stop&lease=5s&" + SIGN_UPS)
                .routeId("worker")
                .choice()
                .when(header("CamelPulseJobEvent").isEqualTo("start"))
                .bean("mailer", "begin")
                .otherwise()
                .bean("mailer", "end");

        // a mail, sent once however often it is tried; then the job waits for as long as the flag says
        from("direct:mail")
                .routeId("mail")
                .to("pulse-stream:examples:mails?operation=addOnce&eventName=mail.sent&onceKey=RAW(${body.once})&"
                        + MAILS)
                .filter(header("CamelPulseAdded"))
                .to("pulse-map:examples:flags?key=pace&codec=string&resultHeader=pace")
                .delay(header("pace"))
                .syncDelayed();
    }
}
