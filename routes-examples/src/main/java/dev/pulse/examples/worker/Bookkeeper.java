package dev.pulse.examples.worker;

import static dev.pulse.examples.Console.say;

import dev.pulse.stream.Event;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;

/**
 * Works on a payment: has the bank pay it, then books it. Returning acknowledges the event. A throw has it tried again
 * after a back-off, and after a few tries makes it a dead letter.
 */
final class Bookkeeper implements EventHandler<Payment> {
    private final Bank bank;
    private final EventStream<Payment> booked;
    private final Turns turns;

    Bookkeeper(Bank bank, EventStream<Payment> booked, Turns turns) {
        this.bank = bank;
        this.booked = booked;
        this.turns = turns;
    }

    @Override
    public void handle(Event<Payment> event) throws Exception {
        Payment payment = event.payload();
        turns.begin(payment);
        try {
            bank.pay(payment);
            // an event can be handled twice, as when a process dies before its ack; it is booked once all the same
            booked.addOnce("payment-" + payment.number(), Once.DEFAULT_WINDOW, NewEvent.of("payment.booked", payment));
        } catch (Bank.BankException e) {
            say("      payment %d of %s failed: %s", payment.number(), payment.customer(), e.getMessage());
            throw e;
        } finally {
            turns.end(payment);
        }
    }
}
