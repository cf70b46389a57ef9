package dev.pulse.examples.worker;

import static dev.pulse.examples.Console.say;

import dev.pulse.PulseException;
import dev.pulse.stream.EventStream;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Those who pay. Eve does so rarely, and has no account at first. */
final class Customers {
    static final List<String> WITH_ACCOUNT = List.of("Ada", "Alan", "Barbara", "Grace", "Ken");
    private static final int EVE_EVERY = 100;
    private static final int FIRST_OF_EVE = 10;

    private final EventStream<Payment> requests;
    private final Queue<Long> asked = new ConcurrentLinkedQueue<>();

    Customers(EventStream<Payment> requests) {
        this.requests = requests;
    }

    /** Asks for one payment. When {@code add} returned, it is in the stream, whatever happens then. */
    void ask(long number) throws InterruptedException {
        String customer =
                number % EVE_EVERY == FIRST_OF_EVE ? "Eve" : WITH_ACCOUNT.get((int) (number % WITH_ACCOUNT.size()));
        try {
            requests.add("payment.asked", new Payment(number, customer, (int) (100 + number % 900)));
            asked.add(number);
        } catch (PulseException e) {
            say("%s is told that payment %d failed: %s", customer, number, e.getMessage());
        }
    }

    int askedCount() {
        return asked.size();
    }

    /** How many of the payments that were asked for are not in these balances. */
    long missingFrom(Balances balances) {
        return asked.stream().filter(number -> !balances.isBooked(number)).count();
    }
}
