package dev.pulse.examples.worker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where money is moved. It is busy at the first try of every 20th payment, and has no account for every 50th, however
 * often it is asked. Thread-safe.
 */
final class Bank {
    private static final int BUSY_EVERY = 20;
    private static final int UNKNOWN_EVERY = 50;

    private final Set<Long> busyOnce = ConcurrentHashMap.newKeySet();
    private final LongAdder busy = new LongAdder();

    void pay(Payment payment) throws BankException {
        if (payment.number() % UNKNOWN_EVERY == 0) {
            throw new BankException("no account of " + payment.customer() + " for payment " + payment.number());
        }
        if (payment.number() % BUSY_EVERY == 1 && busyOnce.add(payment.number())) {
            busy.increment();
            throw new BankException("busy, payment " + payment.number() + " has to come again");
        }
    }

    long busyCount() {
        return busy.sum();
    }

    /** What the bank refused, now or for good. */
    static final class BankException extends Exception {
        private static final long serialVersionUID = 1L;

        BankException(String message) {
            super(message);
        }
    }
}
