package dev.pulse.examples.worker;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Work with the engine alone. Payments are asked for on one stream; a sink hands each to one worker, which pays at the
 * bank and books the result on a second stream; a third party keeps balances by reading that from the oldest event on.
 * What the bank refuses is tried again with a back-off and, after a few attempts, booked as refused.
 */
public final class WorkerExample implements Example {
    private static final int MOST_ATTEMPTS = 3;
    private static final Duration BETWEEN_PAYMENTS = Duration.ofMillis(20);
    private static final Duration WIND_UP = Duration.ofSeconds(15);
    private static final List<String> CUSTOMERS = List.of("Ada", "Alan", "Barbara", "Grace", "Ken");

    private final Bank bank = new Bank();
    private final Balances balances = new Balances();
    private final Balances rebuilt = new Balances();
    private final Queue<Long> asked = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        say("Payments are worked off, balances follow from what was booked. Ctrl-C ends it.");
        // unlike those of earlier runs on the same Redis
        String run = "payments-" + UUID.randomUUID();
        try (Pulse pulse = Pulse.builder().uri(redisUri).clientName("worker").connect()) {
            EventStream<Payment> requests = pulse.stream(run, Codecs.json(Payment.class));
            EventStream<Payment> results = pulse.stream(run + "-booked", Codecs.json(Payment.class));
            try (Sink<Payment> bookkeeping = requests.sink("bookkeeping", workers());
                    Reader<Payment> following = results.reader(fromTheOldest())) {
                following.consume(balances::apply);
                bookkeeping.consumeManually(delivery -> work(delivery, results));
                askUntil(System.nanoTime() + length.toNanos(), requests);
                awaitAllSettled();
            }
            rebuild(results);
            // streams of this run only: a Redis of yours keeps nothing of them but that they were
            requests.destroy();
            results.destroy();
        }
        return summary();
    }

    /** One after another, so that payments are booked in the order of the stream as long as the bank takes them. */
    private static SinkOptions workers() {
        return SinkOptions.builder()
                .concurrency(1)
                .backoff(Duration.ofMillis(200))
                .build();
    }

    private static ReaderOptions fromTheOldest() {
        return ReaderOptions.builder().startAt(StartAt.oldest()).build();
    }

    private void work(Delivery<Payment> delivery, EventStream<Payment> results) throws InterruptedException {
        Payment payment = delivery.event().payload();
        try {
            bank.pay(payment);
            results.add("payment.booked", payment);
        } catch (Bank.BankException e) {
            say("      attempt %d: %s", delivery.attempt(), e.getMessage());
            if (delivery.attempt() < MOST_ATTEMPTS) {
                delivery.nack(Duration.ofMillis(200L << delivery.attempt()));
                return;
            }
            results.add("payment.refused", payment);
        }
        // only now: should this process die before, another one works on it again
        delivery.ack();
    }

    private void askUntil(long end, EventStream<Payment> requests) throws InterruptedException {
        long started = System.nanoTime();
        long nextLine = started;
        for (long number = 1; System.nanoTime() - end < 0; number++) {
            String customer = CUSTOMERS.get((int) (number % CUSTOMERS.size()));
            try {
                requests.add("payment.asked", new Payment(number, customer, (int) (100 + number % 900)));
                asked.add(number);
            } catch (PulseException e) {
                say("%s was told that payment %d failed: %s", customer, number, e.getMessage());
            }
            if (System.nanoTime() - nextLine >= 0) {
                say(
                        "%3ds  asked %4d   booked %4d   refused %3d   %s",
                        Duration.ofNanos(System.nanoTime() - started).toSeconds(),
                        asked.size(),
                        balances.bookedCount(),
                        balances.refusedCount(),
                        balances.centsByCustomer());
                nextLine += Duration.ofSeconds(1).toNanos();
            }
            if (stopped.await(BETWEEN_PAYMENTS.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private void awaitAllSettled() throws InterruptedException {
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        while (missing() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
    }

    /** What a program does that begins anew: it reads everything, and knows what the other one knew. */
    private void rebuild(EventStream<Payment> results) throws InterruptedException {
        try (Reader<Payment> reader = results.reader(fromTheOldest())) {
            var events = reader.poll(1_000, Duration.ZERO);
            while (!events.isEmpty()) {
                events.forEach(rebuilt::apply);
                events = reader.poll(1_000, Duration.ZERO);
            }
        }
    }

    private boolean summary() {
        boolean same = rebuilt.centsByCustomer().equals(balances.centsByCustomer());
        say(
                "asked: %d, booked: %d, refused after %d attempts: %d, lost: %d   (bank busy %d times)",
                asked.size(),
                balances.bookedCount(),
                MOST_ATTEMPTS,
                balances.refusedCount(),
                missing(),
                bank.busyCount());
        say("balances rebuilt from the oldest event on: %s", same ? "the same" : "different");
        return !asked.isEmpty() && missing() == 0 && same;
    }

    /** Asked for, and neither booked nor refused. */
    long missing() {
        return asked.stream().filter(number -> !balances.isSettled(number)).count();
    }

    Balances balances() {
        return balances;
    }

    Bank bank() {
        return bank;
    }

    private static void say(String format, @Nullable Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
