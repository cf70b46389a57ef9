package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.EventId;
import dev.pulse.task.Batcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledges and gives back. Acks that nobody waits for travel many in one XACK, and are tried again until Redis has
 * them or the sink is closed. Thread-safe.
 */
final class Settling<T> {
    private static final int BATCH = 1_000;

    private final InFlight<T> inFlight;
    private final Outbox outbox;
    private final Batcher<Ack<T>> acks;
    private final Batcher<SinkGroup.Release> releases;
    private final Runnable released;
    private volatile boolean active;

    /** An event to be acknowledged, and its delivery where there is one. */
    private record Ack<T>(EventId id, @Nullable SinkDelivery<T> delivery) {}

    /**
     * @param released is run when events were given back
     */
    Settling(Outbox outbox, InFlight<T> inFlight, Runnable released) {
        this.released = released;
        this.outbox = outbox;
        this.inFlight = inFlight;
        String sink = outbox.group().sink();
        this.acks = new Batcher<>("sink acks " + sink, BATCH, this::acknowledge);
        this.releases = new Batcher<>("sink releases " + sink, BATCH, this::giveBack);
    }

    /** Acknowledges a delivery in state ACKING and waits for Redis. */
    AckResult ack(SinkDelivery<T> delivery) throws InterruptedException {
        SinkGroup group = outbox.group();
        boolean acked;
        try {
            // by the local clock it may have been claimed by another: then only if it is still ours
            acked = isSurelyOurs(delivery, group)
                    ? group.ackOne(delivery.id(), () -> isSurelyOurs(delivery, group))
                    : group.ackIfOurs(delivery.id());
        } catch (RuntimeException | InterruptedException e) {
            delivery.move(SinkDelivery.State.ACKING, SinkDelivery.State.HELD);
            throw e;
        }
        delivery.move(SinkDelivery.State.ACKING, acked ? SinkDelivery.State.ACKED : SinkDelivery.State.LOST);
        inFlight.remove(delivery);
        active = true;
        if (acked) {
            group.counters().acked.increment();
        } else {
            group.leaseLost(delivery.id());
        }
        return acked ? AckResult.ACKED : AckResult.LEASE_LOST;
    }

    private static boolean isSurelyOurs(SinkDelivery<?> delivery, SinkGroup group) {
        return delivery.sinceExtension().compareTo(group.ackDeadline()) < 0;
    }

    /** Acknowledges a delivery when it is held, some time soon. */
    void acknowledgeLater(SinkDelivery<T> delivery) {
        if (delivery.moveForGood()) {
            outbox.expect();
            acks.add(new Ack<>(delivery.id(), delivery));
        }
    }

    /** Acknowledges an entry for which there is no delivery, some time soon. */
    void acknowledgeLater(EventId id) {
        outbox.expect();
        acks.add(new Ack<>(id, null));
    }

    /** Gives an event back, some time soon. */
    void release(EventId id, int deliveries) {
        outbox.expect();
        releases.add(new SinkGroup.Release(id, deliveries));
    }

    private void acknowledge(List<Ack<T>> batch) {
        List<EventId> ids = new ArrayList<>(batch.size());
        for (Ack<T> ack : batch) {
            SinkDelivery<T> delivery = ack.delivery();
            if (delivery == null || isSurelyOurs(delivery, outbox.group())) {
                ids.add(ack.id());
            } else {
                outbox.say(now -> {
                    if (!now.ackIfOurs(ack.id())) {
                        now.leaseLost(ack.id());
                    }
                });
            }
        }
        boolean done = ids.isEmpty() || outbox.say(now -> now.ack(ids));
        int acked = 0;
        for (Ack<T> ack : batch) {
            SinkDelivery<T> delivery = ack.delivery();
            if (delivery != null) {
                acked += done && !delivery.isFiltered() ? 1 : 0;
                delivery.move(SinkDelivery.State.ACKING, done ? SinkDelivery.State.ACKED : SinkDelivery.State.RELEASED);
                inFlight.remove(delivery);
            }
        }
        outbox.group().counters().acked.add(acked);
        active = true;
        outbox.done(batch.size());
    }

    private void giveBack(List<SinkGroup.Release> batch) {
        outbox.say(now -> now.release(batch));
        outbox.done(batch.size());
        released.run();
    }

    /** Something was settled without a word to Redis. */
    void settledByItself() {
        active = true;
    }

    /** Whether something was acknowledged since the last call. */
    boolean wasActive() {
        boolean was = active;
        active = false;
        return was;
    }
}
