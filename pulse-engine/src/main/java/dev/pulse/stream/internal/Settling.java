package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.EventId;
import dev.pulse.task.Backoff;
import dev.pulse.task.Batcher;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledges and gives back. Acks that nobody waits for travel many in one XACK, and are tried again until Redis has
 * them or the sink is closed. Thread-safe.
 */
final class Settling<T> {
    private static final int BATCH = 1_000;

    private final InFlight<T> inFlight;
    private final Batcher<Ack<T>> acks;
    private final Batcher<SinkGroup.Release> releases;
    private final Runnable released;
    private final AtomicInteger unfinished = new AtomicInteger();
    private final Wakeup finished = new Wakeup();
    private volatile SinkGroup group;
    private volatile boolean active;
    private volatile boolean finishing;

    /** An event to be acknowledged, and its delivery where there is one. */
    private record Ack<T>(EventId id, @Nullable SinkDelivery<T> delivery) {}

    /**
     * @param released is run when events were given back
     */
    Settling(SinkGroup group, InFlight<T> inFlight, Runnable released) {
        this.released = released;
        this.group = group;
        this.inFlight = inFlight;
        this.acks = new Batcher<>("sink acks " + group.sink(), BATCH, this::acknowledge);
        this.releases = new Batcher<>("sink releases " + group.sink(), BATCH, this::giveBack);
    }

    /** Acknowledges a delivery in state ACKING and waits for Redis. */
    AckResult ack(SinkDelivery<T> delivery) throws InterruptedException {
        SinkGroup now = group;
        boolean acked;
        try {
            // by the local clock it may have been claimed by another: then only if it is still ours
            acked = delivery.sinceExtension().compareTo(now.ackDeadline()) < 0
                    ? now.ack(List.of(delivery.id())) == 1
                    : now.ackIfOurs(delivery.id());
        } catch (RuntimeException | InterruptedException e) {
            delivery.move(SinkDelivery.State.ACKING, SinkDelivery.State.HELD);
            throw e;
        }
        delivery.move(SinkDelivery.State.ACKING, acked ? SinkDelivery.State.ACKED : SinkDelivery.State.LOST);
        inFlight.remove(delivery, false);
        active = true;
        if (!acked) {
            now.leaseLost(delivery.id());
        }
        return acked ? AckResult.ACKED : AckResult.LEASE_LOST;
    }

    /** Acknowledges a delivery when it is held, some time soon. */
    void acknowledgeLater(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.ACKING)) {
            unfinished.incrementAndGet();
            acks.add(new Ack<>(delivery.id(), delivery));
        }
    }

    /** Acknowledges an entry that is no event. */
    void acknowledgeDropped(EventId id) {
        unfinished.incrementAndGet();
        acks.add(new Ack<>(id, null));
    }

    /** Gives an event back, some time soon. */
    void release(EventId id, int deliveries) {
        unfinished.incrementAndGet();
        releases.add(new SinkGroup.Release(id, deliveries));
    }

    private void acknowledge(List<Ack<T>> batch) {
        List<EventId> ids = new ArrayList<>(batch.size());
        for (Ack<T> ack : batch) {
            SinkDelivery<T> delivery = ack.delivery();
            if (delivery == null || delivery.sinceExtension().compareTo(group.ackDeadline()) < 0) {
                ids.add(ack.id());
            } else {
                persistently(now -> {
                    if (!now.ackIfOurs(ack.id())) {
                        now.leaseLost(ack.id());
                    }
                });
            }
        }
        boolean done = ids.isEmpty() || persistently(now -> now.ack(ids));
        for (Ack<T> ack : batch) {
            SinkDelivery<T> delivery = ack.delivery();
            if (delivery != null) {
                delivery.move(SinkDelivery.State.ACKING, done ? SinkDelivery.State.ACKED : SinkDelivery.State.RELEASED);
                inFlight.remove(delivery, false);
            }
        }
        active = true;
        done(batch);
    }

    private void giveBack(List<SinkGroup.Release> batch) {
        persistently(now -> now.release(batch));
        done(batch);
        if (!finishing) {
            released.run();
        }
    }

    private void done(Collection<?> batch) {
        if (unfinished.addAndGet(-batch.size()) == 0) {
            finished.wake();
        }
    }

    @FunctionalInterface
    private interface Words {
        void say(SinkGroup group) throws InterruptedException;
    }

    /** Says it until Redis has heard it; while closing, once. Returns whether it did. */
    private boolean persistently(Words words) {
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1));
        while (true) {
            try {
                words.say(group);
                return true;
            } catch (PulseException e) {
                // the sink's other loops report that Redis is away
                if (finishing) {
                    return false;
                }
            } catch (IllegalStateException | InterruptedException e) {
                return false;
            }
            try {
                finished.await(backoff.next());
            } catch (InterruptedException e) {
                return false;
            }
        }
    }

    /** Waits until all is said, to a Redis that is asked with a short time-out, or until the deadline. */
    void finish(SinkGroup hurried, long deadline) throws InterruptedException {
        group = hurried;
        finishing = true;
        while (unfinished.get() > 0 && System.nanoTime() < deadline) {
            finished.await(Polls.shorter(Polls.until(deadline), Duration.ofMillis(50)));
        }
    }

    /** Whether something was acknowledged since the last call. */
    boolean wasActive() {
        boolean was = active;
        active = false;
        return was;
    }
}
