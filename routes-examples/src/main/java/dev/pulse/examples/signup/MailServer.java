package dev.pulse.examples.signup;

import static dev.pulse.examples.Console.say;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/**
 * Greets users. It is slow, refuses the first mail to every 25th of them, and all mails to domains that it does not know.
 * What it throws makes the exchange fail, so that the event is delivered again, and in the end a dead letter.
 */
public final class MailServer {
    private static final int REFUSED_EVERY = 25;

    private final Set<String> domains = ConcurrentHashMap.newKeySet();
    private final Set<Long> refusedOnce = ConcurrentHashMap.newKeySet();

    MailServer() {
        domains.add("example.org");
    }

    /** From now on it knows this domain. */
    public void allow(@Body String domain) {
        domains.add(domain);
    }

    /** Sends one mail. */
    public Mail send(@Body SignUp signUp, Exchange exchange) throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextLong(5, 40));
        if (!domains.contains(signUp.domain())) {
            throw refused(signUp, "it does not know that domain", exchange);
        }
        if (signUp.user() % REFUSED_EVERY == 0 && refusedOnce.add(signUp.user())) {
            throw refused(signUp, "it is busy", exchange);
        }
        return new Mail(signUp.user(), exchange.getContext().getName() + "/" + exchange.getFromRouteId());
    }

    private static MailRefusedException refused(SignUp signUp, String reason, Exchange exchange) {
        String message = "the mail server refused the mail to " + signUp.mail() + ": " + reason;
        say("      %s: %s", exchange.getFromRouteId(), message);
        return new MailRefusedException(message);
    }

    /** The mail was not sent. */
    public static final class MailRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MailRefusedException(String message) {
            super(message);
        }
    }
}
