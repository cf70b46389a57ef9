package dev.pulse.examples.readme;

import dev.pulse.CloseResult;
import dev.pulse.Credentials;
import dev.pulse.Health;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.RedisUnavailableException;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.stream.TopicFilter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import redis.clients.jedis.RedisClient;

/** The snippets of the engine's README. */
final class EngineSnippets {
    /** A payload. */
    record Order(String customer, int cents) {}

    private EngineSnippets() {}

    static Pulse connecting(String uri) {
        // snippet: connect
        Pulse pulse = Pulse.builder()
                .uri(uri) // redis://user:password@host:6379/0, rediss:// for TLS, embedded: for development
                .clientName("orders")
                .listener(event -> System.out.println("changed: " + event))
                .connect();
        // end
        return pulse;
    }

    static Pulse connectingWithTls(SSLContext trusted, Supplier<String> vault) {
        // snippet: tls
        Pulse pulse = Pulse.builder()
                .uri("rediss://redis.example.org:6379")
                .sslContext(trusted) // else what the platform trusts
                .credentials(() -> new Credentials("orders", vault.get())) // asked at each new connection
                .connect();
        // end
        return pulse;
    }

    static void connectingOver(RedisClient client) {
        // snippet: over
        try (Pulse pulse = Pulse.over(client)) { // a RedisClient, RedisSentinelClient or RedisClusterClient
            System.out.println(pulse.health().status());
        }
        // end
    }

    static EventStream<Order> adding(Pulse pulse) throws InterruptedException {
        // snippet: add
        EventStream<Order> orders = pulse.stream("orders", Codecs.json(Order.class), Retention.maxLength(1_000_000));

        EventId id = orders.add("order.placed", new Order("ada", 4_200));
        orders.add(NewEvent.of("order.placed", new Order("alan", 100))
                .withTopic("eu")
                .withHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        List<EventId> ids = orders.addAll(List.of(
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

    static EventStream<Order> retaining(Pulse pulse) throws InterruptedException {
        // snippet: retention
        EventStream<Order> quotes = pulse.stream(
                "quotes", Codecs.json(Order.class), Retention.maxLength(10_000).withSlidingTtl(Duration.ofDays(7)));
        quotes.add("quote.given", new Order("ada", 4_000));

        quotes.changeRetention(Retention.maxLength(50_000)); // for everybody, and at once
        // end
        return quotes;
    }

    static void addingOnce(EventStream<Order> orders) throws InterruptedException {
        // snippet: once
        NewEvent<Order> placed = NewEvent.of("order.placed", new Order("joan", 700));
        Once once = orders.addOnce("order-4711", Once.DEFAULT_WINDOW, placed);
        System.out.println(once.id() + (once.first() ? " was added" : " was there already"));
        // end
    }

    static void lookingAt(EventStream<Order> quotes) throws InterruptedException {
        // snippet: retained
        List<Event<Order>> retained = quotes.snapshot();
        long removed = quotes.remove(retained.stream().map(Event::id).toList());
        System.out.println(removed + " removed");

        quotes.addIfExists(NewEvent.of("quote.given", new Order("alan", 90))).ifPresent(System.out::println);
        quotes.destroy(); // for everybody; the next use of a new handle begins anew
        // end
    }

    /** What happens to a customer. */
    sealed interface CustomerEvent {}

    /** A payload. */
    record Joined(String customer) implements CustomerEvent {}

    /** A payload. */
    record Left(String reason) implements CustomerEvent {}

    static void mixing(Pulse pulse) throws InterruptedException {
        // snippet: mixed
        EventStream<CustomerEvent> customers = pulse.stream(
                "customers", Codecs.json(Map.of("customer.joined", Joined.class, "customer.left", Left.class)));
        customers.add("customer.joined", new Joined("ada"));
        customers.add("customer.left", new Left("moved away"));
        // end
    }

    static Consumption consuming(EventStream<Order> orders) throws InterruptedException {
        // snippet: consume
        Sink<Order> billing = orders.sink(
                "billing",
                SinkOptions.builder()
                        .concurrency(8)
                        .ackDeadline(Duration.ofSeconds(10))
                        .build());
        Consumption running = billing.consume(event -> {
            // returning acknowledges the event, a throw has it tried again
            System.out.println("charging " + event.payload().customer());
        });
        // end
        return running;
    }

    static void settlingByHand(EventStream<Order> orders) throws InterruptedException {
        // snippet: manual
        try (Sink<Order> shipping = orders.sink("shipping", SinkOptions.defaults())) {
            for (Delivery<Order> delivery : shipping.poll(100, Duration.ofSeconds(1))) {
                if (delivery.event().payload().cents() > 500) {
                    AckResult result = delivery.ack();
                    System.out.println(delivery.event().id() + " " + result);
                } else {
                    delivery.nack(Duration.ofSeconds(30));
                }
            }
        }
        // end
    }

    static void inOrder(EventStream<Order> orders) throws InterruptedException {
        // snippet: order
        SinkOptions byCustomer = SinkOptions.builder()
                .topics(TopicFilter.exactly("eu"))
                .concurrency(50)
                .orderByPayload(Order.class, Order::customer)
                .build();
        try (Sink<Order> taxes = orders.sink("taxes", byCustomer)) {
            taxes.consume(event -> System.out.println("taxing " + event.payload()));
        }
        // end
    }

    static void replaying(EventStream<Order> orders) throws InterruptedException {
        // snippet: dead-letters
        DeadLetters<Order> dead = orders.deadLetters();
        for (DeadLetter<Order> letter : dead.list(100)) {
            System.out.println(letter.originalId() + " failed in " + letter.sink() + ": " + letter.cause());
            DeadLetters.Replay outcome = dead.replay(letter.id()); // to that sink; replayAsNew: to all
            System.out.println(outcome);
        }
        // end
    }

    static int reading(EventStream<Order> orders) throws InterruptedException {
        // snippet: read
        try (Reader<Order> reader =
                orders.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())) {
            int cents = 0;
            for (Event<Order> event : reader.poll(1_000, Duration.ofSeconds(1))) {
                cents += event.name().equals("order.placed") ? event.payload().cents() : 0;
            }
            System.out.println(cents + " cents ordered up to " + reader.cursor());
            return cents;
        }
        // end
    }

    static Reader<Order> choosing(EventStream<Order> orders, EventStream<Order> returns) throws InterruptedException {
        // snippet: choose
        Reader<Order> reader = orders.reader(ReaderOptions.builder()
                .startAt(StartAt.oldest())
                .topics(TopicFilter.matching("^eu"))
                .filter(event -> event.name().equals("order.placed"))
                .build());
        reader.addStream(returns, StartAt.newest());
        reader.consume(event -> System.out.println(event.stream() + ": " + event.payload()));
        // end
        return reader;
    }

    static CloseResult ending(Pulse pulse) {
        // snippet: end
        Health health = pulse.health();
        System.out.println(health.status() + " since " + health.since() + " " + health.why());

        CloseResult result = pulse.close(Duration.ofSeconds(20));
        System.out.println(result.how());
        // end
        return result;
    }
}
