package dev.pulse.examples.readme;

import dev.pulse.Pulse;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.stream.TopicFilter;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** How to share events out. */
final class SinkSnippets {
    final Queue<String> done = new ConcurrentLinkedQueue<>();

    private void charge(Order order) {
        done.add("charged " + order.customer());
    }

    private void tax(Order order) {
        done.add("taxed " + order.customer());
    }

    private void write(long term, Order order) {
        done.add("in term " + term + " " + order.customer());
    }

    private void book(String stream, Order order) {
        done.add(stream + " of " + order.customer());
    }

    private void show(Order order) {
        done.add("shown " + order.customer());
    }

    Consumption consuming(EventStream<Order> orders) throws InterruptedException {
        // snippet: consume
        Sink<Order> billing =
                orders.sink("billing", SinkOptions.builder().concurrency(8).build());
        Consumption running = billing.consume(event -> {
            charge(event.payload()); // returning acknowledges the event, a throw has it tried again
        });
        // end
        return running;
    }

    static SinkOptions failing() {
        // snippet: limits
        SinkOptions limits = SinkOptions.builder()
                .backoff(Duration.ofMillis(200)) // after a failure, then doubling, jittered
                .maxBackoff(Duration.ofSeconds(30))
                .maxDeliveries(5) // what fails as often is a dead letter
                .maxProcessing(Duration.ofMinutes(5)) // for a handler that hangs
                .ackDeadline(Duration.ofSeconds(10)) // for a process that dies
                .build();
        // end
        return limits;
    }

    void settlingByHand(EventStream<Order> orders) throws InterruptedException {
        // snippet: manual
        try (Sink<Order> shipping = orders.sink("shipping", SinkOptions.defaults())) {
            for (Delivery<Order> delivery : shipping.poll(100, Duration.ofSeconds(1))) {
                switch (delivery.event().name()) {
                    case "order.paid" -> {
                        AckResult result = delivery.ack(); // waits for Redis; ackLater() does not
                        done.add("shipped " + result);
                    }
                    case "order.placed" -> delivery.nack(Duration.ofMinutes(10)); // again then
                    default -> delivery.deadLetter("nothing to ship"); // never again, unless replayed
                }
            }
        }
        // end
    }

    static Consumption handingOver(EventStream<Order> orders, BlockingQueue<Delivery<Order>> warehouse)
            throws InterruptedException {
        // snippet: hand-over
        Sink<Order> packing = orders.sink(
                "packing", SinkOptions.builder().ackMode(AckMode.MANUAL).build());
        Consumption running = packing.consumeManually(delivery -> warehouse.put(delivery));
        // end
        return running;
    }

    Sink<Order> inOrder(EventStream<Order> orders) throws InterruptedException {
        // snippet: order
        SinkOptions byCustomer = SinkOptions.builder()
                .topics(TopicFilter.exactly("eu"))
                .filter(event -> event.name().equals("order.placed"))
                .concurrency(50)
                .orderByPayload(Order.class, Order::customer)
                .build();
        Sink<Order> taxes = orders.sink("taxes", byCustomer);
        taxes.consume(event -> tax(event.payload()));
        // end
        return taxes;
    }

    Sink<Order> ofSeveralStreams(EventStream<Order> orders, EventStream<Order> returns) throws InterruptedException {
        // snippet: streams
        Sink<Order> accounts = orders.sink("accounts", SinkOptions.defaults());
        accounts.consume(event -> book(event.stream(), event.payload()));
        accounts.addStream(returns, StartAt.oldest()); // and at any time removeStream("returns")
        // end
        return accounts;
    }

    Sink<Order> oneAtATime(EventStream<Order> orders) throws InterruptedException {
        // snippet: exclusive
        Sink<Order> ledger =
                orders.sink("ledger", SinkOptions.builder().exclusive(true).build());
        ledger.consumeManually(delivery -> {
            long term = delivery.fencingToken().orElseThrow(); // refuse a smaller one than you have seen
            write(term, delivery.event().payload());
            delivery.ackLater();
        });
        // end
        return ledger;
    }

    Sink<Order> atMostOnce(EventStream<Order> orders) throws InterruptedException {
        // snippet: no-acks
        Sink<Order> dashboard = orders.sink(
                "dashboard",
                SinkOptions.builder()
                        .ackMode(AckMode.NONE)
                        .startAt(StartAt.newest())
                        .build());
        dashboard.consume(event -> show(event.payload()));
        // end
        return dashboard;
    }

    static void replaying(EventStream<Order> orders) throws InterruptedException {
        // snippet: dead-letters
        DeadLetters<Order> dead = orders.deadLetters();
        for (DeadLetter<Order> letter : dead.list(100)) { // the oldest; list(letter.id(), 100) goes on
            System.out.println(letter.originalId() + " failed in " + letter.sink() + ": " + letter.cause());
            DeadLetters.Replay outcome = dead.replay(letter.id()); // to that sink; replayAsNew: to all
            System.out.println(outcome);
        }
        // end
    }

    static void boundingDeadLetters(Pulse pulse) throws InterruptedException {
        // snippet: dead-stream
        pulse.stream("orders:dead").changeRetention(Retention.maxLength(10_000));
        // end
    }
}
