package dev.pulse.examples.worker;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Watches what order by key promises: many payments are worked on at once, but those of one customer one after another,
 * none before an earlier one. Thread-safe.
 */
final class Turns {
    private final Set<String> atWork = new HashSet<>();
    private final Map<String, Long> latest = new HashMap<>();
    private final Set<Long> replayed = new HashSet<>();
    private int mostAtOnce;
    private int broken;

    synchronized void begin(Payment payment) {
        long before = latest.getOrDefault(payment.customer(), 0L);
        boolean alone = atWork.add(payment.customer());
        boolean inOrder = payment.number() >= before || replayed.contains(payment.number());
        if (!alone || !inOrder) {
            broken++;
        }
        latest.put(payment.customer(), Math.max(before, payment.number()));
        mostAtOnce = Math.max(mostAtOnce, atWork.size());
    }

    synchronized void end(Payment payment) {
        atWork.remove(payment.customer());
    }

    /** The payment was a dead letter, so later ones of its customer did not wait for it. */
    synchronized void replayed(Payment payment) {
        replayed.add(payment.number());
    }

    synchronized int mostAtOnce() {
        return mostAtOnce;
    }

    /** How often two of one customer were worked on at once, or one before an earlier one. */
    synchronized int broken() {
        return broken;
    }
}
