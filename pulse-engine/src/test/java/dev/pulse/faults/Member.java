package dev.pulse.faults;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.faults.Step.Did;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Once;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One user of a stream, in the process of the test or one of its own: adds, handles, reads, and writes down what it does. */
public final class Member implements AutoCloseable {
    private static final int KEYS = 7;
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);

    private final String name;
    private final Consumer<Step> history;
    private final Pulse pulse;
    private final EventStream<String> stream;
    private final List<Thread> writers = new ArrayList<>();
    private volatile boolean stopped;

    Member(String name, Pulse.Builder way, String stream, Consumer<Step> history) {
        this.name = name;
        this.history = history;
        this.pulse = way.clientName(name).connect();
        this.stream = pulse.stream(stream, Codecs.string());
    }

    Pulse pulse() {
        return pulse;
    }

    /** Adds one event after another, with these pauses, until {@link #stopAdding}. */
    public void add(Duration pause) {
        write("plain", pause, payload -> stream.add("e", payload));
    }

    /** The same by {@code addOnce}, each tried until it is known to be there. */
    public void addOnce(Duration pause) {
        write("once", pause, payload -> {
            while (true) {
                try {
                    return stream.addOnce(payload, Once.DEFAULT_WINDOW, NewEvent.of("e", payload))
                            .id();
                } catch (PulseException e) {
                    if (stopped) {
                        throw e;
                    }
                    Thread.sleep(BETWEEN_TRIES);
                }
            }
        });
    }

    @FunctionalInterface
    private interface Adding {
        Object add(String payload) throws InterruptedException;
    }

    private void write(String kind, Duration pause, Adding adding) {
        String writer = name + "-" + kind;
        writers.add(Thread.ofVirtual().name(writer).start(() -> {
            try {
                for (int i = 0; !stopped; i++) {
                    String payload = writer + ":k" + i % KEYS + ":" + i;
                    note(writer, Did.ADDING, payload, "-");
                    try {
                        note(writer, Did.ADDED, payload, adding.add(payload).toString());
                    } catch (OutcomeUnknownException e) {
                        note(writer, Did.UNKNOWN, payload, "-");
                    } catch (PulseException e) {
                        // of one that may be repeated even this says nothing
                        note(writer, kind.equals("once") ? Did.UNKNOWN : Did.REFUSED, payload, "-");
                        Thread.sleep(BETWEEN_TRIES);
                    }
                    Thread.sleep(pause);
                }
            } catch (InterruptedException e) {
                // closed
            }
        }));
    }

    /** Returns when the last event was added. */
    void stopAdding() throws InterruptedException {
        stopped = true;
        for (Thread writer : writers) {
            writer.join();
        }
    }

    /** Handles events, each in a random time. */
    Sink<String> handle(Handling handling) throws InterruptedException {
        return handle(handling, event -> handling.work(event.payload()));
    }

    /** Handles events by this work, which may fail. */
    Sink<String> handle(Handling handling, EventHandler<String> work) throws InterruptedException {
        Sink<String> sink =
                stream.sink(handling.sink(), handling.options(event -> noteEnd(handling.sink() + "/" + name, event)));
        String who = handling.sink() + "/" + sink.consumer();
        note(who, Did.READY, handling.toString(), "-");
        if (handling.byHand()) {
            sink.consumeManually(delivery -> {
                work(who, delivery.event(), work);
                Did end = Did.FAILED;
                try {
                    end = ack(delivery);
                } finally {
                    note(
                            who,
                            end,
                            delivery.event().payload(),
                            delivery.event().id().toString());
                }
            });
        } else {
            sink.consume(event -> work(who, event, work));
        }
        return sink;
    }

    private void noteEnd(String who, PulseEvent event) {
        switch (event) {
            case PulseEvent.LeaseLost lost -> note(who, Did.LEASE_LOST, "-", lost.eventId());
            case PulseEvent.DeadLettered dead -> note(who, Did.DEAD, "-", dead.eventId());
            default -> {}
        }
    }

    private void work(String who, Event<String> event, EventHandler<String> work) throws Exception {
        String id = event.id().toString();
        note(who, Did.BEGIN, event.payload(), id);
        Did end = Did.FAILED;
        try {
            work.handle(event);
            end = Did.END;
        } finally {
            note(who, end, event.payload(), id);
        }
    }

    private static Did ack(Delivery<String> delivery) throws InterruptedException {
        while (true) {
            try {
                return switch (delivery.ack()) {
                    case ACKED -> Did.ACKED;
                    case LEASE_LOST -> Did.LEASE_LOST;
                    // it took too long, or the first answer never came
                    case ALREADY_DONE -> Did.END;
                };
            } catch (PulseException e) {
                Thread.sleep(BETWEEN_TRIES);
            }
        }
    }

    /** Reads all events from the oldest on, each in this time. */
    public void read(Duration work) throws InterruptedException {
        stream.reader(ReaderOptions.builder()
                        .startAt(StartAt.oldest())
                        .batchSize(100)
                        .blockTime(Duration.ofMillis(500))
                        .listener(this::noteLoss)
                        .build())
                .consume(event -> {
                    note(name, Did.READ, event.payload(), event.id().toString());
                    Thread.sleep(work);
                });
    }

    private void noteLoss(PulseEvent event) {
        switch (event) {
            case PulseEvent.Gap gap ->
                note(
                        name,
                        Did.GAP,
                        gap.count().isPresent() ? Long.toString(gap.count().getAsLong()) : "?",
                        gap.first());
            case PulseEvent.StreamReset reset -> note(name, Did.RESET, reset.goesOnAfter(), reset.after());
            default -> {}
        }
    }

    private void note(String who, Did did, String what, String id) {
        history.accept(Step.now(who, did, what, id));
    }

    @Override
    public void close() {
        stopped = true;
        writers.forEach(Thread::interrupt);
        pulse.close(Duration.ofSeconds(1));
    }
}
