package dev.pulse.examples.worker;

import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What each customer has paid: a state that is in no database, for it follows from the events. Thread-safe. */
final class Balances {
    static final ReaderOptions ALL_EVENTS =
            ReaderOptions.builder().startAt(StartAt.oldest()).build();

    private final Map<String, Long> cents = new TreeMap<>();
    private final Set<Long> booked = new HashSet<>();

    /** What a program does that begins anew: it reads everything, and knows what its predecessor knew. */
    static Balances rebuiltFrom(EventStream<Payment> bookings) throws InterruptedException {
        Balances balances = new Balances();
        try (Reader<Payment> reader = bookings.reader(ALL_EVENTS)) {
            List<Event<Payment>> events = reader.poll(1_000, Duration.ZERO);
            while (!events.isEmpty()) {
                events.forEach(balances::apply);
                events = reader.poll(1_000, Duration.ZERO);
            }
        }
        return balances;
    }

    synchronized void apply(Event<Payment> event) {
        Payment payment = event.payload();
        cents.merge(payment.customer(), (long) payment.cents(), Long::sum);
        booked.add(payment.number());
    }

    synchronized Map<String, Long> centsByCustomer() {
        return new TreeMap<>(cents);
    }

    synchronized int bookedCount() {
        return booked.size();
    }

    synchronized boolean isBooked(long number) {
        return booked.contains(number);
    }
}
