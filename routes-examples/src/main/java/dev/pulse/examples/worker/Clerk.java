package dev.pulse.examples.worker;

import static dev.pulse.examples.Console.say;

import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.DeadLetters;

/** Looks after what was given up: mends the cause, which no retry can, then has it tried again. */
final class Clerk {
    private final DeadLetters<Payment> deadLetters;
    private final Bank bank;
    private final Turns turns;
    private int replayed;

    Clerk(DeadLetters<Payment> deadLetters, Bank bank, Turns turns) {
        this.deadLetters = deadLetters;
        this.bank = bank;
        this.turns = turns;
    }

    void attend() throws InterruptedException {
        for (DeadLetter<Payment> letter : deadLetters.list(100)) {
            Payment payment = letter.event().orElseThrow().payload();
            if (!bank.knows(payment.customer())) {
                say("      the clerk opens an account for %s", payment.customer());
                bank.openAccount(payment.customer());
            }
            turns.replayed(payment);
            if (deadLetters.replay(letter.id()) == DeadLetters.Replay.REPLAYED) {
                replayed++;
                say("      the clerk replays payment %d, which failed %d times", payment.number(), letter.deliveries());
            }
        }
    }

    int replayedCount() {
        return replayed;
    }
}
