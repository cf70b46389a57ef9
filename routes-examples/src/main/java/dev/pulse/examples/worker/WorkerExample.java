package dev.pulse.examples.worker;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.PulseException;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.ExampleStreams;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/**
 * Work with the engine alone. {@link Customers} ask for payments on one stream; a sink hands each to a
 * {@link Bookkeeper}, which books it on a second stream; {@link Balances} follow from that. What keeps failing becomes a
 * dead letter, which the {@link Clerk} replays.
 */
public final class WorkerExample implements Example {
    private static final String REQUESTS = "examples:payments";
    private static final String BOOKINGS = "examples:bookings";
    private static final Codec<Payment> JSON = Codecs.json(Payment.class);
    private static final Duration BETWEEN_PAYMENTS = Duration.ofMillis(20);
    private static final Duration WIND_UP = Duration.ofSeconds(15);

    private final Bank bank = new Bank();
    private final Turns turns = new Turns();
    private final Balances balances = new Balances();
    private final LongAdder dead = new LongAdder();
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        say(
                "Payments are worked off by %d at once, each customer's in order. Ctrl-C ends it.",
                workers().concurrency());
        Customers.WITH_ACCOUNT.forEach(bank::openAccount);
        try (Pulse pulse = Pulse.builder()
                .uri(redisUri)
                .clientName("worker")
                .listener(this::count)
                .connect()) {
            ExampleStreams.clear(pulse, REQUESTS, BOOKINGS); // what a run that was killed has left
            boolean held = work(pulse, length);
            ExampleStreams.clear(pulse, REQUESTS, BOOKINGS);
            return held;
        }
    }

    private static SinkOptions workers() {
        return SinkOptions.builder()
                .concurrency(8)
                .orderByPayload(Payment.class, Payment::customer)
                .backoff(Duration.ofMillis(200))
                .maxDeliveries(3)
                .build();
    }

    private boolean work(Pulse pulse, Duration length) throws InterruptedException {
        EventStream<Payment> requests = pulse.stream(REQUESTS, JSON);
        EventStream<Payment> bookings = pulse.stream(BOOKINGS, JSON);
        Customers customers = new Customers(requests);
        Clerk clerk = new Clerk(requests.deadLetters(), bank, turns);
        try (Reader<Payment> following = bookings.reader(Balances.ALL_EVENTS)) {
            following.consume(balances::apply);
            try (Sink<Payment> bookkeeping = requests.sink("bookkeeping", workers())) {
                bookkeeping.consume(new Bookkeeper(bank, bookings, turns));
                payFor(length, customers, clerk);
                await(() -> customers.missingFrom(balances) == 0, clerk);
            }
            Balances rebuilt = Balances.rebuiltFrom(bookings);
            await(() -> rebuilt.centsByCustomer().equals(balances.centsByCustomer()), clerk);
            return summary(customers, clerk, rebuilt);
        }
    }

    /** Customers pay all the time; the clerk comes in the second half. */
    private void payFor(Duration length, Customers customers, Clerk clerk) throws InterruptedException {
        long started = System.nanoTime();
        long half = started + length.toNanos() / 2;
        long end = started + length.toNanos();
        long nextLine = started;
        for (long number = 1; System.nanoTime() - end < 0; number++) {
            customers.ask(number);
            if (System.nanoTime() - nextLine >= 0) {
                nextLine += Duration.ofSeconds(1).toNanos();
                say(
                        "%3ds  asked %4d   booked %4d   dead letters %2d, replayed %2d   %s",
                        Duration.ofNanos(System.nanoTime() - started).toSeconds(),
                        customers.askedCount(),
                        balances.bookedCount(),
                        dead.sum(),
                        clerk.replayedCount(),
                        balances.centsByCustomer());
                if (System.nanoTime() - half >= 0) {
                    attend(clerk);
                }
            }
            if (stopped.await(BETWEEN_PAYMENTS.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private static void await(BooleanSupplier done, Clerk clerk) throws InterruptedException {
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        while (!done.getAsBoolean() && System.nanoTime() - deadline < 0) {
            attend(clerk);
            Thread.sleep(50);
        }
    }

    private static void attend(Clerk clerk) throws InterruptedException {
        try {
            clerk.attend();
        } catch (PulseException e) {
            say("      the clerk comes back later: %s", e.getMessage());
        }
    }

    private boolean summary(Customers customers, Clerk clerk, Balances rebuilt) {
        long lost = customers.missingFrom(balances);
        boolean same = rebuilt.centsByCustomer().equals(balances.centsByCustomer());
        say(
                "published: %d, handled: %d, dead: %d, replayed: %d, lost: %d",
                customers.askedCount(), balances.bookedCount(), dead.sum(), clerk.replayedCount(), lost);
        say(
                "failed and tried again: %d; most customers served at once: %d, out of turn: %d",
                bank.refusals(), turns.mostAtOnce(), turns.broken());
        say("balances rebuilt from the oldest event on: %s", same ? "the same" : "different");
        return customers.askedCount() > 0 && lost == 0 && same;
    }

    private void count(PulseEvent event) {
        if (event instanceof PulseEvent.DeadLettered) {
            dead.increment();
        }
    }

    Balances balances() {
        return balances;
    }

    Turns turns() {
        return turns;
    }

    long deadCount() {
        return dead.sum();
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
