package dev.pulse.examples.worker;

import dev.pulse.stream.Event;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What each customer has paid and which payments were refused: a state that is in no database, for it follows from the
 * events. Booking is at least once, so each number counts once. Thread-safe.
 */
final class Balances {
    private final Map<String, Long> cents = new TreeMap<>();
    private final Set<Long> booked = new HashSet<>();
    private final Set<Long> refused = new HashSet<>();

    synchronized void apply(Event<Payment> event) {
        Payment payment = event.payload();
        switch (event.name()) {
            case "payment.booked" -> {
                if (booked.add(payment.number())) {
                    cents.merge(payment.customer(), (long) payment.cents(), Long::sum);
                }
            }
            case "payment.refused" -> refused.add(payment.number());
            default -> {}
        }
    }

    synchronized Map<String, Long> centsByCustomer() {
        return new TreeMap<>(cents);
    }

    synchronized int bookedCount() {
        return booked.size();
    }

    synchronized int refusedCount() {
        return refused.size();
    }

    synchronized boolean isSettled(long number) {
        return booked.contains(number) || refused.contains(number);
    }
}
