package dev.pulse.examples.readme;

import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.stream.TopicFilter;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** How to see everything. */
final class ReadingSnippets {
    final Queue<String> seen = new ConcurrentLinkedQueue<>();

    private void project(Event<Order> event) {
        seen.add(event.stream() + ": " + event.payload().customer());
    }

    static EventId reading(EventStream<Order> orders) throws InterruptedException {
        // snippet: read
        int cents = 0;
        try (Reader<Order> reader =
                orders.reader(ReaderOptions.builder().startAt(StartAt.oldest()).build())) {
            for (Event<Order> event : reader.poll(1_000, Duration.ofSeconds(1))) {
                cents += event.payload().cents();
            }
            System.out.println(cents + " cents up to " + reader.cursor());
            return reader.cursor(); // to be kept, with the sum
        }
        // end
    }

    Consumption following(EventStream<Order> orders, EventId cursor) throws InterruptedException {
        // snippet: follow
        Reader<Order> reader = orders.reader(
                ReaderOptions.builder().startAt(StartAt.after(cursor)).build());
        Consumption following = reader.consume(event -> project(event));
        // end
        return following;
    }

    Reader<Order> choosing(EventStream<Order> orders, EventStream<Order> returns) throws InterruptedException {
        // snippet: choose
        Reader<Order> reader = orders.reader(ReaderOptions.builder()
                .startAt(StartAt.oldest())
                .topics(TopicFilter.matching("^eu")) // or exactly("eu")
                .filter(event -> event.name().equals("order.placed"))
                .build());
        reader.addStream(returns, StartAt.oldest());
        reader.consume(event -> project(event));
        // end
        return reader;
    }
}
