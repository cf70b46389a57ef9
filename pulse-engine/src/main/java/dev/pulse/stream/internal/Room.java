package dev.pulse.stream.internal;

import dev.pulse.task.Wakeup;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * How much a consumer may hold, of all its streams together: read and not settled. What is set aside, as until another
 * try, does not count against the bound, but against one of its own, ten times as wide. Thread-safe.
 */
final class Room<T> {
    private static final int LEAST_ASIDE = 1_000;

    private final int most;
    private final int mostAside;
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger aside = new AtomicInteger();
    /** What reads that are under way may bring. */
    private final AtomicInteger promised = new AtomicInteger();

    private final List<Wakeup> waiting = new CopyOnWriteArrayList<>();
    private volatile Consumer<SinkDelivery<T>> whenSettled = delivery -> {};

    Room(int most) {
        this.most = most;
        this.mostAside = Math.max(LEAST_ASIDE, 10 * most);
    }

    /** How many more may be read. */
    int free() {
        return Math.min(most - counted.get() - promised.get(), mostAside - aside.get());
    }

    /** Sets aside room for a read of so many, or fewer; what was granted has to be {@linkplain #redeem redeemed}. */
    int promise(int wanted) {
        while (true) {
            int before = promised.get();
            int granted = Math.min(wanted, Math.min(most - counted.get() - before, mostAside - aside.get()));
            if (granted <= 0) {
                return 0;
            }
            if (promised.compareAndSet(before, before + granted)) {
                return granted;
            }
        }
    }

    /** The read is over; what it brought has entered. */
    void redeem(int granted) {
        promised.addAndGet(-granted);
        if (waiting.size() > 1) {
            wake();
        }
    }

    /** One more is held. */
    void enter() {
        counted.incrementAndGet();
    }

    /** One that counted is not held any more. */
    void leave() {
        counted.decrementAndGet();
        wake();
    }

    /** One that was set aside is not held any more. */
    void leaveAside() {
        aside.decrementAndGet();
        wake();
    }

    /** One that counted is set aside. */
    void setAside() {
        aside.incrementAndGet();
        counted.decrementAndGet();
        wake();
    }

    /** One that was set aside counts again. */
    void takeBack() {
        counted.incrementAndGet();
        aside.decrementAndGet();
    }

    /** How many are held and count against the bound. */
    int counted() {
        return counted.get();
    }

    /** How many are held and set aside. */
    int aside() {
        return aside.get();
    }

    /** Where one thread waits until something was settled or set aside; to be {@linkplain #forget forgotten} by it. */
    Wakeup waiter() {
        Wakeup waiter = new Wakeup();
        waiting.add(waiter);
        return waiter;
    }

    void forget(Wakeup waiter) {
        waiting.remove(waiter);
    }

    /** Ends all waits for room. */
    void wake() {
        waiting.forEach(Wakeup::wake);
    }

    /** Who is told of each delivery that is settled. */
    void whenSettled(Consumer<SinkDelivery<T>> listener) {
        whenSettled = listener;
    }

    void settled(SinkDelivery<T> delivery) {
        whenSettled.accept(delivery);
    }
}
