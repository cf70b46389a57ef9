package dev.pulse.stream.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.redis.OwnedConnection;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.DeliveryHandler;
import dev.pulse.stream.EventHandler;
import dev.pulse.stream.EventId;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of a sink. What it reads becomes a {@link SinkDelivery}, held in {@link InFlight} until it is settled;
 * {@link SinkUpkeep} keeps the ack deadlines, takes over what others left and tries again what failed;
 * {@link SinkConsumption} reads and runs the handler.
 */
final class StreamSink<T> implements Sink<T>, Closing {
    private static final int HISTORY_PAGE = 100;

    private final Streams streams;
    private final Entries<T> entries;
    private final SinkOptions options;
    private final SinkGroup group;
    private final InFlight<T> inFlight;
    private final Settling<T> settling;
    private final SinkUpkeep<T> upkeep;
    private final OwnedConnection connection;
    private final Queue<SinkDelivery<T>> ready = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean used = new AtomicBoolean();
    private final AtomicBoolean polling = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile boolean stopped;
    private volatile boolean replyMayBeLost;
    private volatile @Nullable SinkConsumption<T> consumption;

    private StreamSink(Streams streams, Entries<T> entries, SinkOptions options, SinkGroup group) {
        this.streams = streams;
        this.entries = entries;
        this.options = options;
        this.group = group;
        this.inFlight = new InFlight<>(options.maxInFlight());
        this.settling = new Settling<>(group, inFlight, this::released);
        this.connection = streams.redis().connection("sink");
        this.upkeep = new SinkUpkeep<>(this, group, inFlight, settling, options, streams.signals());
    }

    static <T> StreamSink<T> join(
            Streams streams, StreamRecord record, Entries<T> entries, String name, SinkOptions options)
            throws InterruptedException {
        String consumer = UlidCreator.getMonotonicUlid().toString();
        SinkGroup group = new SinkGroup(
                streams.redis(), streams.signals(), record, record.establish(), name, consumer, options);
        group.join();
        return new StreamSink<>(streams, entries, options, group);
    }

    @Override
    public String name() {
        return group.sink();
    }

    @Override
    public String consumer() {
        return group.consumer();
    }

    String loopName(String duty) {
        return "sink " + group.incarnation().stream() + "/" + group.sink() + " " + duty;
    }

    @Override
    public List<Delivery<T>> poll(int max, Duration wait) throws InterruptedException {
        Polls.require(max, wait);
        requireOpen();
        if (consumption != null) {
            throw new IllegalStateException("sink " + name() + " is being consumed, it cannot be polled");
        }
        if (!polling.compareAndSet(false, true)) {
            throw new IllegalStateException("sink " + name() + " is polled by one thread at a time");
        }
        used.set(true);
        try {
            return pollUntil(max, System.nanoTime() + wait.toNanos());
        } finally {
            polling.set(false);
        }
    }

    private List<Delivery<T>> pollUntil(int max, long deadline) throws InterruptedException {
        // short reads, so that what is claimed or tried again meanwhile does not wait behind one
        Duration slice = Polls.shorter(options.blockTime(), Duration.ofMillis(500));
        while (true) {
            List<Delivery<T>> polled = new ArrayList<>();
            for (SinkDelivery<T> delivery = ready.poll();
                    delivery != null;
                    delivery = polled.size() < max ? ready.poll() : null) {
                addBegun(polled, delivery);
            }
            Duration left = Polls.until(deadline);
            if (polled.isEmpty()) {
                int room = Math.min(max, inFlight.free());
                if (room > 0) {
                    read(room, Polls.shorter(left, slice)).forEach(delivery -> addBegun(polled, delivery));
                } else {
                    inFlight.awaitRoom(Polls.shorter(left, slice));
                }
            }
            if (!polled.isEmpty() || left.isZero() || stopped) {
                return polled;
            }
        }
    }

    private static <T> void addBegun(List<Delivery<T>> polled, SinkDelivery<T> delivery) {
        if (delivery.begin()) {
            // nobody knows which thread works on it, so none is interrupted
            delivery.end();
            polled.add(delivery);
        }
    }

    /** Reads new events, first those of a reply that may have been lost with its connection. */
    List<SinkDelivery<T>> read(int count, Duration block) throws InterruptedException {
        try {
            if (replyMayBeLost) {
                List<SinkDelivery<T>> found = history();
                replyMayBeLost = false;
                if (!found.isEmpty()) {
                    return found;
                }
            }
            return deliveries(group.read(connection, count, block));
        } catch (RedisReplyException e) {
            if (!SinkGroup.isGroupMissing(e)) {
                throw e;
            }
            group.heal();
            return List.of();
        } catch (PulseException | InterruptedException e) {
            replyMayBeLost = true;
            throw e;
        }
    }

    private List<SinkDelivery<T>> history() throws InterruptedException {
        List<SinkDelivery<T>> found = new ArrayList<>();
        EventId after = EventId.ZERO;
        while (true) {
            List<@Nullable Object> page = group.history(connection, HISTORY_PAGE, after);
            if (page.isEmpty()) {
                return found;
            }
            found.addAll(deliveries(page));
            after = Entries.id(Replies.list(page.getLast()));
        }
    }

    private List<SinkDelivery<T>> deliveries(List<@Nullable Object> raw) {
        List<SinkDelivery<T>> deliveries = new ArrayList<>(raw.size());
        for (Object entry : raw) {
            SinkDelivery<T> delivery = delivery(Replies.list(entry), 1);
            if (delivery != null) {
                deliveries.add(delivery);
            }
        }
        return deliveries;
    }

    /** Takes an entry in; null when it is held already, or is no event and therefore done with. */
    private @Nullable SinkDelivery<T> delivery(Object entry, int attempt) {
        EventId id = Entries.id(entry);
        try {
            SinkDelivery<T> delivery =
                    new SinkDelivery<>(this, entries.decode(entry, id, group.incarnation()), attempt);
            return inFlight.add(delivery) ? delivery : null;
        } catch (MalformedEntryException e) {
            group.dropped(id, String.valueOf(e.getMessage()));
            settling.acknowledgeDropped(id);
            return null;
        }
    }

    /** Hands on what was taken over from another consumer. */
    void claimed(SinkGroup.Claimed claimed) {
        SinkDelivery<T> delivery = delivery(claimed.entry(), claimed.deliveries() + 1);
        if (delivery != null) {
            handOver(delivery);
        }
    }

    /** Tries again what was parked. */
    void retry(SinkDelivery<T> parked) {
        SinkDelivery<T> again = new SinkDelivery<>(this, parked.event(), parked.attempt() + 1);
        again.extended(System.nanoTime() - parked.sinceExtension().toNanos());
        if (inFlight.retry(parked, again)) {
            handOver(again);
        }
    }

    private void handOver(SinkDelivery<T> delivery) {
        SinkConsumption<T> running = consumption;
        if (running != null) {
            running.accept(delivery);
        } else {
            ready.add(delivery);
        }
    }

    AckResult ack(SinkDelivery<T> delivery) throws InterruptedException {
        return settling.ack(delivery);
    }

    void park(SinkDelivery<T> delivery, Duration delay) {
        inFlight.park();
        upkeep.retryLater(delivery, delay);
    }

    void release(SinkDelivery<T> delivery, int deliveries, boolean wasParked) {
        inFlight.remove(delivery, wasParked);
        settling.release(delivery.id(), deliveries);
    }

    /** What was given back can be claimed at once, by this consumer too. */
    private void released() {
        if (!stopped) {
            upkeep.lookForClaimsSoon();
        }
    }

    Duration backoffAfter(int attempt) {
        return Backoff.afterFailure(attempt, options.backoff(), options.maxBackoff());
    }

    @Override
    public Consumption consume(EventHandler<T> handler) {
        return start((delivery, acks) -> {
            handler.handle(delivery.event());
            acks.acknowledgeLater(delivery);
        });
    }

    @Override
    public Consumption consumeManually(DeliveryHandler<T> handler) {
        return start((delivery, acks) -> handler.handle(delivery));
    }

    private Consumption start(SinkConsumption.Handling<T> handling) {
        requireOpen();
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("sink " + name() + " is being consumed or polled already");
        }
        SinkConsumption<T> started =
                new SinkConsumption<>(this, connection, streams, inFlight, settling, options, handling);
        consumption = started;
        started.start();
        for (SinkDelivery<T> early = ready.poll(); early != null; early = ready.poll()) {
            started.accept(early);
        }
        return started;
    }

    private void requireOpen() {
        if (stopped) {
            throw new IllegalStateException("sink " + name() + " is closed");
        }
    }

    @Override
    public void stop() {
        stopped = true;
        SinkConsumption<T> running = consumption;
        if (running != null) {
            running.stop();
        }
        inFlight.wake();
    }

    @Override
    public CloseResult close(Duration drain) {
        return close(Deadlines.after(drain));
    }

    @Override
    public void close() {
        close(Deadlines.afterDefaultDrain());
    }

    @Override
    public boolean isCalledFromHandler() {
        return inFlight.all().stream().anyMatch(SinkDelivery::isHandledByCurrentThread);
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        if (isCalledFromHandler()) {
            // this handler's own event is acknowledged when it returns, and only then the consumer leaves
            Tasks.start(loopName("close"), () -> close(deadline));
            return CloseResult.drained();
        }
        SinkConsumption<T> running = consumption;
        CloseResult result = running == null ? CloseResult.drained() : running.close(deadline);
        if (left.compareAndSet(false, true)) {
            result = result.and(leave());
        }
        return result;
    }

    /** Lets others have what is held and was not begun, or waits for another try, and on request what was begun too. */
    void giveBack(boolean begunToo) {
        for (SinkDelivery<T> delivery : inFlight.all()) {
            if ((begunToo || !delivery.isBegun())
                    && delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.RELEASED)) {
                release(delivery, delivery.isBegun() ? delivery.attempt() : delivery.attempt() - 1, false);
            } else if (delivery.move(SinkDelivery.State.PARKED, SinkDelivery.State.RELEASED)) {
                release(delivery, delivery.attempt(), true);
            }
        }
    }

    /** Gives back what is still held, says good-bye to Redis and lets go of everything, in bounded time. */
    private CloseResult leave() {
        upkeep.end();
        giveBack(true);
        CloseResult result = CloseResult.drained();
        SinkGroup hurried = group.withTimeout(Deadlines.HARD);
        boolean interrupted = Thread.interrupted();
        try {
            settling.finish(hurried, System.nanoTime() + Deadlines.HARD.toNanos());
            hurried.saveCursor();
            if (!hurried.leave()) {
                result = new CloseResult(
                        CloseResult.How.DRAINED,
                        List.of("consumer " + consumer() + " of sink " + name()
                                + " has pending events; others claim them, then sweep it"));
            }
        } catch (PulseException e) {
            result = new CloseResult(
                    CloseResult.How.DRAINED,
                    List.of("consumer " + consumer() + " of sink " + name() + " did not leave: " + e.getMessage()));
        } catch (InterruptedException e) {
            interrupted = true;
        }
        connection.close();
        streams.forget(this);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result;
    }
}
