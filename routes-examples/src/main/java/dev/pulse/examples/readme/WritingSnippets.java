package dev.pulse.examples.readme;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.RedisUnavailableException;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;
import dev.pulse.stream.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What can be done to a stream. */
final class WritingSnippets {
    private WritingSnippets() {}

    static EventStream<Order> adding(Pulse pulse) throws InterruptedException {
        // snippet: add
        EventStream<Order> orders = pulse.stream("orders", Codecs.json(Order.class));

        EventId id = orders.add("order.placed", new Order("ada", 4_200));
        orders.add(NewEvent.of("order.placed", new Order("alan", 100))
                .withTopic("eu")
                .withHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        List<EventId> ids = orders.addAll(List.of( // in order, in one pipeline
                NewEvent.of("order.paid", new Order("ada", 4_200)),
                NewEvent.of("order.sent", new Order("ada", 4_200))));
        // end
        System.out.println(id + " " + ids);
        return orders;
    }

    static void failing(EventStream<Order> orders) throws InterruptedException {
        // snippet: errors
        try {
            orders.add("order.placed", new Order("grace", 900));
        } catch (RedisUnavailableException e) {
            System.out.println("not added: " + e.getMessage());
        } catch (OutcomeUnknownException e) {
            System.out.println("sent, and never answered: it may have been added");
        }
        // end
    }

    static Once addingOnce(EventStream<Order> orders) throws InterruptedException {
        // snippet: once
        NewEvent<Order> placed = NewEvent.of("order.placed", new Order("joan", 700));
        Once once = orders.addOnce("order-4711", Once.DEFAULT_WINDOW, placed);
        System.out.println(once.id() + (once.first() ? " was added" : " was there already"));
        // end
        return once;
    }

    /** What happens to a customer. */
    sealed interface CustomerEvent {}

    /** A payload. */
    record Joined(String customer) implements CustomerEvent {}

    /** A payload. */
    record Left(String reason) implements CustomerEvent {}

    static EventStream<CustomerEvent> mixing(Pulse pulse) throws InterruptedException {
        // snippet: mixed
        EventStream<CustomerEvent> customers = pulse.stream(
                "customers", Codecs.json(Map.of("customer.joined", Joined.class, "customer.left", Left.class)));
        customers.add("customer.joined", new Joined("ada"));
        customers.add("customer.left", new Left("moved away"));
        // end
        return customers;
    }

    static EventStream<Order> retaining(Pulse pulse) throws InterruptedException {
        // snippet: retention
        EventStream<Order> quotes = pulse.stream(
                "quotes", Codecs.json(Order.class), Retention.maxLength(10_000).withSlidingTtl(Duration.ofDays(7)));
        quotes.add("quote.given", new Order("ada", 4_000));

        quotes.changeRetention(Retention.maxLength(50_000)); // for everybody, and at once
        // end
        return quotes;
    }

    static long takingOut(EventStream<Order> quotes) throws InterruptedException {
        // snippet: retained
        List<Event<Order>> retained = quotes.snapshot(); // all that is kept, in order
        long removed = quotes.remove(retained.stream().map(Event::id).toList());
        // end
        return removed;
    }

    static void ending(EventStream<Order> quotes) throws InterruptedException {
        // snippet: destroy
        quotes.addIfExists(NewEvent.of("quote.given", new Order("alan", 90))) // never makes a stream
                .ifPresent(id -> System.out.println("the stream was there, and has " + id));
        quotes.destroy(); // for everybody; the next use of a new handle begins anew
        // end
    }
}
