package dev.pulse.examples.readme;

import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.List;

/** The engine as the README shows it. */
public final class ReadmeEngine {
    private ReadmeEngine() {}

    public static void main(String[] arguments) throws InterruptedException {
        // snippet: engine
        try (Pulse pulse = Pulse.connect("embedded:")) { // or "redis://host:6379"
            EventStream<String> users = pulse.stream("users", Codecs.string());

            Sink<String> mails =
                    users.sink("mails", SinkOptions.builder().concurrency(8).build());
            mails.consume(event -> System.out.println("greeting " + event.payload()));

            EventId id = users.add("user.created", "ada@example.org");
            System.out.println("added " + id);

            Reader<String> reader = users.reader(
                    ReaderOptions.builder().startAt(StartAt.oldest()).build());
            List<Event<String>> history = reader.poll(100, Duration.ofSeconds(1));
            System.out.println("so far " + history.size());
        }
        // end
    }
}
