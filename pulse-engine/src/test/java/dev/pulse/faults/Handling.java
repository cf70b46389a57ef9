package dev.pulse.faults;

import dev.pulse.PulseListener;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import java.util.List;

/**
 * How a consumer of a load handles events.
 *
 * @param work the longest that a handler takes
 * @param byHand whether each handler acknowledges and waits for it, so that the history has it
 * @param ordered whether by key
 */
record Handling(
        String sink,
        Duration ackDeadline,
        int concurrency,
        Duration work,
        boolean byHand,
        boolean ordered,
        boolean exclusive) {

    /** After which a handler that hangs is interrupted. */
    static final Duration LONGEST = Duration.ofSeconds(2);

    /** Acknowledged when the handlers return, in no order. */
    static Handling of(String sink, Duration ackDeadline, int concurrency, Duration work) {
        return new Handling(sink, ackDeadline, concurrency, work, false, false, false);
    }

    Handling withAcksByHand() {
        return new Handling(sink, ackDeadline, concurrency, work, true, ordered, exclusive);
    }

    Handling withOrder() {
        return new Handling(sink, ackDeadline, concurrency, work, byHand, true, exclusive);
    }

    Handling withOneConsumerAtATime() {
        return new Handling(sink, ackDeadline, concurrency, work, byHand, ordered, true);
    }

    SinkOptions options(PulseListener listener) {
        SinkOptions.Builder options = SinkOptions.builder()
                .ackDeadline(ackDeadline)
                .blockTime(Duration.ofMillis(500))
                .backoff(Duration.ofMillis(50))
                .maxProcessing(LONGEST)
                .concurrency(concurrency)
                .batchSize(20)
                .maxInFlight(Math.max(20, concurrency))
                .ackMode(byHand ? AckMode.MANUAL : AckMode.AUTO)
                .exclusive(exclusive)
                .listener(listener);
        if (ordered) {
            options.orderBy(event -> Step.key((String) event.payload()));
        }
        return options.build();
    }

    static Handling parse(String text) {
        List<String> words = List.of(text.split(","));
        return new Handling(
                words.get(0),
                Duration.ofMillis(Long.parseLong(words.get(1))),
                Integer.parseInt(words.get(2)),
                Duration.ofMillis(Long.parseLong(words.get(3))),
                Boolean.parseBoolean(words.get(4)),
                Boolean.parseBoolean(words.get(5)),
                Boolean.parseBoolean(words.get(6)));
    }

    /** One word, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return sink + "," + ackDeadline.toMillis() + "," + concurrency + "," + work.toMillis() + "," + byHand + ","
                + ordered + "," + exclusive;
    }
}
