package dev.pulse.stream.internal;

import dev.pulse.stream.AckResult;
import dev.pulse.stream.EventId;
import dev.pulse.task.Batcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Acknowledges, gives back and gives up what is pending. Acks that nobody waits for travel many in one XACK, and are tried
 * again until Redis has them or the sink is closed. Thread-safe.
 */
final class Settling<T> implements Settlement<T> {
    private static final int BATCH = 1_000;

    private final InFlight<T> inFlight;
    private final Outbox outbox;
    private final DeadLettering<T> deadLetters;
    private final Batcher<Ack<T>> acks;
    private final Batcher<SinkGroup.Release> releases;
    /** What waits for its release, or is being released. */
    private final Set<EventId> releasing = ConcurrentHashMap.newKeySet();

    private final Runnable released;
    private volatile boolean active;

    /** An event to be acknowledged, and its delivery where there is one. */
    private record Ack<T>(EventId id, @Nullable SinkDelivery<T> delivery) {}

    /**
     * @param released is run when events were given back
     */
    Settling(Outbox outbox, InFlight<T> inFlight, DeadLettering<T> deadLetters, Runnable released) {
        this.outbox = outbox;
        this.inFlight = inFlight;
        this.deadLetters = deadLetters;
        this.released = released;
        this.acks = new Batcher<>("sink acks", BATCH, this::acknowledge);
        this.releases = new Batcher<>("sink releases", BATCH, this::giveBack);
    }

    @Override
    public AckResult ack(SinkDelivery<T> delivery) throws InterruptedException {
        SinkGroup group = outbox.group();
        Duration surely = surelyOurs(delivery, group);
        boolean acked;
        try {
            // by the local clock it may have been claimed by another: then only if it is still ours
            acked = surely.isPositive()
                    ? group.ackOne(delivery.id(), System.nanoTime() + surely.toNanos())
                    : group.ackIfOurs(delivery.id());
        } catch (RuntimeException | InterruptedException e) {
            delivery.move(SinkDelivery.State.ACKING, SinkDelivery.State.HELD);
            throw e;
        }
        delivery.move(SinkDelivery.State.ACKING, acked ? SinkDelivery.State.ACKED : SinkDelivery.State.LOST);
        inFlight.remove(delivery);
        active = true;
        if (acked) {
            group.reports().counters().acked.increment();
        } else {
            group.reports().leaseLost(delivery.id());
        }
        return acked ? AckResult.ACKED : AckResult.LEASE_LOST;
    }

    /** For how long nobody else can have claimed it. */
    private static Duration surelyOurs(SinkDelivery<?> delivery, SinkGroup group) {
        return group.ackDeadline().minus(delivery.sinceExtension());
    }

    @Override
    public void ackLater(SinkDelivery<T> delivery) {
        if (delivery.moveForGood()) {
            outbox.expect();
            acks.add(new Ack<>(delivery.id(), delivery));
        }
    }

    @Override
    public void ackLater(EventId id) {
        outbox.expect();
        acks.add(new Ack<>(id, null));
    }

    @Override
    public void release(SinkDelivery<T> delivery, int deliveries) {
        // in this order: whoever looks for it finds it in one of them
        releasing.add(delivery.id());
        inFlight.remove(delivery);
        outbox.expect();
        releases.add(new SinkGroup.Release(delivery.id(), deliveries));
    }

    @Override
    public boolean isReleasing(EventId id) {
        return releasing.contains(id);
    }

    @Override
    public boolean park(SinkDelivery<T> delivery) {
        inFlight.setAside(delivery);
        return true;
    }

    @Override
    public void giveUp(SinkDelivery<T> delivery, String cause) {
        deadLetters.giveUp(delivery, cause);
    }

    @Override
    public void giveUp(EventId id, List<byte[]> fields, String cause, long deliveries) {
        deadLetters.giveUp(id, fields, cause, deliveries);
    }

    @Override
    public boolean isGivingUp(EventId id) {
        return deadLetters.holds(id);
    }

    private void acknowledge(List<Ack<T>> batch) {
        List<EventId> ids = new ArrayList<>(batch.size());
        for (Ack<T> ack : batch) {
            SinkDelivery<T> delivery = ack.delivery();
            if (delivery == null || surelyOurs(delivery, outbox.group()).isPositive()) {
                ids.add(ack.id());
            } else {
                outbox.say(now -> {
                    if (!now.ackIfOurs(ack.id())) {
                        now.reports().leaseLost(ack.id());
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
        outbox.group().reports().counters().acked.add(acked);
        active = true;
        outbox.done(batch.size());
    }

    private void giveBack(List<SinkGroup.Release> batch) {
        // one that was claimed here meanwhile is being worked on
        List<SinkGroup.Release> still =
                batch.stream().filter(release -> !inFlight.holds(release.id())).toList();
        if (!still.isEmpty()) {
            outbox.say(now -> now.release(still));
        }
        batch.forEach(release -> releasing.remove(release.id()));
        outbox.done(batch.size());
        released.run();
    }

    @Override
    public boolean wasActive() {
        boolean was = active;
        active = false;
        return was;
    }
}
