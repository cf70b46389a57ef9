package dev.pulse.examples.signup;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Body;
import org.apache.camel.Exchange;

/** Greets users by mail. Its mail server is slow, and refuses the first mail to every 25th user. */
public final class Mailer {
    private static final int REFUSED_EVERY = 25;

    private final Ledger ledger;
    private final Set<Long> refusedOnce = ConcurrentHashMap.newKeySet();

    Mailer(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Sends one mail. What it throws makes the exchange fail, so that the event is delivered again later. */
    public void send(@Body SignUp signUp, Exchange exchange) throws InterruptedException {
        Thread.sleep(ThreadLocalRandom.current().nextLong(5, 40));
        if (signUp.user() % REFUSED_EVERY == 0 && refusedOnce.add(signUp.user())) {
            ledger.refused();
            System.out.printf(
                    "      %s: the mail server refused the mail to %s; it is tried again%n",
                    exchange.getFromRouteId(), signUp.mail());
            throw new MailRefusedException(signUp.mail());
        }
        ledger.greeted(signUp.user(), exchange.getFromRouteId());
    }

    /** The mail server is busy; trying again later helps. */
    public static final class MailRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        MailRefusedException(String mail) {
            super("the mail server refused the mail to " + mail);
        }
    }
}
