package dev.pulse.examples.worker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where money is moved. It takes a moment, is busy at the first try of every 21st payment, and knows no account of those
 * for whom none was opened, however often it is asked. Thread-safe.
 */
final class Bank {
    private static final int BUSY_EVERY = 21;
    private static final long MILLIS_PER_PAYMENT = 15;

    private final Set<String> accounts = ConcurrentHashMap.newKeySet();
    private final Set<Long> busyOnce = ConcurrentHashMap.newKeySet();
    private final LongAdder refusals = new LongAdder();

    void openAccount(String customer) {
        accounts.add(customer);
    }

    boolean knows(String customer) {
        return accounts.contains(customer);
    }

    void pay(Payment payment) throws BankException, InterruptedException {
        Thread.sleep(MILLIS_PER_PAYMENT);
        if (!knows(payment.customer())) {
            throw refusal("there is no account of " + payment.customer());
        }
        if (payment.number() % BUSY_EVERY == 0 && busyOnce.add(payment.number())) {
            throw refusal("the bank is busy");
        }
    }

    private BankException refusal(String reason) {
        refusals.increment();
        return new BankException(reason);
    }

    /** How often it refused, now or for good. */
    long refusals() {
        return refusals.sum();
    }

    /** Why a payment was refused. */
    static final class BankException extends Exception {
        private static final long serialVersionUID = 1L;

        BankException(String message) {
            super(message);
        }
    }
}
