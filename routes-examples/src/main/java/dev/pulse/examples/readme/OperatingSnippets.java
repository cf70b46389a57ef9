package dev.pulse.examples.readme;

import dev.pulse.CloseResult;
import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkFigures;
import dev.pulse.stream.StreamFigures;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What somebody wants to know at night. */
final class OperatingSnippets {
    final Queue<String> alarms = new ConcurrentLinkedQueue<>();

    private void alarm(String what) {
        alarms.add(what);
    }

    Pulse listening(String uri) {
        // snippet: listener
        Pulse pulse = Pulse.builder()
                .uri(uri)
                .listener(event -> {
                    switch (event) {
                        case PulseEvent.DeadLettered dead -> alarm(dead.sink() + " gave up: " + dead.cause());
                        case PulseEvent.Gap gap -> alarm(gap.count() + " events of " + gap.stream() + " were lost");
                        default -> {} // it is in the log, too
                    }
                })
                .connect();
        // end
        return pulse;
    }

    static String measuring(EventStream<Order> orders, Sink<Order> billing) throws InterruptedException {
        // snippet: figures
        StreamFigures stream = orders.figures();
        String size = stream.length() + " of " + stream.maxLength();
        for (StreamFigures.Group group : stream.groups()) { // all sinks, in all processes
            System.out.println(group.sink() + " is " + group.lag() + " behind, works on " + group.pending());
        }

        SinkFigures sink = billing.figures(); // this consumer
        System.out.println(sink.acked() + " done, " + sink.failed() + " failures, " + sink.dead() + " given up");
        // end
        return size;
    }

    void lookingAt(Pulse pulse) {
        // snippet: health
        Health health = pulse.health(); // asks Redis nothing
        if (health.status() != Health.Status.UP) {
            alarm(health.status() + " since " + health.since() + ": " + health.why());
        }
        for (Health.Loop loop : health.loops()) {
            System.out.println(loop.name() + " " + loop.status());
        }
        // end
    }

    static CloseResult ending(Pulse pulse) {
        // snippet: close
        CloseResult result = pulse.close(Duration.ofSeconds(20)); // what was begun may finish
        if (result.how() != CloseResult.How.DRAINED) {
            System.out.println("some handlers did not end in time: " + result.problems());
        }
        // end
        return result;
    }
}
