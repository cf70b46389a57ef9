package dev.pulse.faults;

import dev.pulse.PulseListener;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a consumer of a load handles events.
 *
 * @param work the longest that a handler takes
 * @param slowOnes whether one in a hundred events takes one to two ack deadlines, whoever handles it
 * @param byHand whether each handler acknowledges and waits for it, so that the history has it
 * @param ordered whether by key
 */
public record Handling(
        String sink,
        Duration ackDeadline,
        int concurrency,
        Duration work,
        boolean slowOnes,
        boolean byHand,
        boolean ordered,
        boolean exclusive) {

    /** After which a handler that hangs is interrupted. */
    static final Duration LONGEST = Duration.ofSeconds(5);

    /** Acknowledged when the handlers return, in no order. */
    public static Handling of(String sink, Duration ackDeadline, int concurrency, Duration work) {
        return new Handling(sink, ackDeadline, concurrency, work, false, false, false, false);
    }

    Handling withSlowOnes() {
        return new Handling(sink, ackDeadline, concurrency, work, true, byHand, ordered, exclusive);
    }

    Handling withAcksByHand() {
        return new Handling(sink, ackDeadline, concurrency, work, slowOnes, true, ordered, exclusive);
    }

    Handling withOrder() {
        return new Handling(sink, ackDeadline, concurrency, work, slowOnes, byHand, true, exclusive);
    }

    Handling withOneConsumerAtATime() {
        return new Handling(sink, ackDeadline, concurrency, work, slowOnes, byHand, ordered, true);
    }

    /** Takes as long as a handler of this event takes. */
    void work(String payload) throws InterruptedException {
        long random = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);
        if (slowOnes && payload.endsWith("00")) {
            Thread.sleep(ackDeadline.plusMillis(random % ackDeadline.toMillis()));
        } else {
            Thread.sleep(random % (work.toMillis() + 1));
        }
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
                Boolean.parseBoolean(words.get(6)),
                Boolean.parseBoolean(words.get(7)));
    }

    /** One word, as {@link #parse} reads it. */
    @Override
    public String toString() {
        return sink + "," + ackDeadline.toMillis() + "," + concurrency + "," + work.toMillis() + "," + slowOnes + ","
                + byHand + "," + ordered + "," + exclusive;
    }
}
