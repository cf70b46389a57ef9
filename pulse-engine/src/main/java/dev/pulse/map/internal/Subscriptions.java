package dev.pulse.map.internal;

import dev.pulse.AccessDeniedException;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Subscription;
import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Signals;
import dev.pulse.task.Wakeup;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which all maps of an engine hear what is published, while there are any. One loop reads from it;
 * another sends: what is to be subscribed, and a ping every few seconds, so that a connection that is dead shows. It also
 * looks how each map gets on. Thread-safe.
 */
final class Subscriptions {
    private static final Duration PING = Duration.ofSeconds(3);

    private final Map<String, List<MapHandle<?>>> wanted = new ConcurrentHashMap<>();
    /** What the present connection was asked for: a set of its own, so that who saw the one before does not change it. */
    private volatile Set<String> asked = ConcurrentHashMap.newKeySet();

    private final Subscription subscription;
    private final LoopSignal readSignal;
    private final Wakeup somethingWanted = new Wakeup();
    private final Wakeup somethingToSend = new Wakeup();
    private final Loop reading;
    private final Loop sending;
    /** Something is to be sent as soon as a connection takes it. */
    private volatile boolean unsent;

    /* of the loop that sends */
    private long judgedAt = System.nanoTime();

    Subscriptions(Redis redis, Signals signals) {
        this.subscription = redis.subscription("maps", new Receiver());
        this.readSignal = signals.loop("maps read", false);
        this.reading = Loop.start(readSignal, this::read);
        this.sending = Loop.start(signals.loop("maps subscribe", false), this::send);
    }

    /** What is published for the map goes to its inbox from now on. */
    void add(MapHandle<?> map) {
        wanted.compute(map.channel(), (channel, maps) -> with(maps, map));
        if (asked.contains(map.channel())) {
            // another replica of the same map listens already
            map.inbox().sign(Inbox.Sign.SUBSCRIBED);
        }
        somethingWanted.wake();
        somethingToSend.wake();
    }

    private static List<MapHandle<?>> with(@Nullable List<MapHandle<?>> maps, MapHandle<?> map) {
        List<MapHandle<?>> all = maps == null ? new CopyOnWriteArrayList<>() : maps;
        all.add(map);
        return all;
    }

    void remove(MapHandle<?> map) {
        wanted.computeIfPresent(map.channel(), (channel, maps) -> {
            maps.remove(map);
            return maps.isEmpty() ? null : maps;
        });
        somethingToSend.wake();
    }

    private void read() throws InterruptedException {
        List<String> channels = List.copyOf(wanted.keySet());
        if (channels.isEmpty()) {
            somethingWanted.await(PING);
            return;
        }
        Set<String> askedNow = ConcurrentHashMap.newKeySet();
        askedNow.addAll(channels);
        asked = askedNow;
        try {
            subscription.run(bytes(channels));
        } catch (AccessDeniedException e) {
            wanted.values()
                    .forEach(maps -> maps.forEach(map -> map.replication().refused(e)));
            throw e;
        } finally {
            asked = ConcurrentHashMap.newKeySet();
        }
    }

    private void send() throws InterruptedException {
        Set<String> askedNow = asked;
        Set<String> missing = new HashSet<>(wanted.keySet());
        missing.removeAll(askedNow);
        List<String> unwanted = new ArrayList<>(askedNow);
        unwanted.removeIf(wanted::containsKey);
        // set before it is tried, so that a confirmation that comes meanwhile is not missed
        unsent = true;
        boolean sent = true;
        if (!missing.isEmpty()) {
            // known before it is sent: if the connection ends between, the next one is asked again
            askedNow.addAll(missing);
            sent = subscription.subscribe(bytes(missing));
            if (!sent) {
                askedNow.removeAll(missing);
            }
        }
        if (!unwanted.isEmpty()) {
            // one that cannot be sent is kept: the connection that is being made will subscribe it
            if (subscription.unsubscribe(bytes(unwanted))) {
                unwanted.forEach(askedNow::remove);
            } else {
                sent = false;
            }
        }
        if (missing.isEmpty() && unwanted.isEmpty()) {
            subscription.ping();
        }
        unsent = !sent;
        long now = System.nanoTime();
        if (now - judgedAt >= PING.toNanos()) {
            judgedAt = now;
            wanted.values().forEach(maps -> maps.forEach(MapHandle::judge));
        }
        somethingToSend.await(PING);
    }

    private static List<byte[]> bytes(Iterable<String> channels) {
        List<byte[]> bytes = new ArrayList<>();
        channels.forEach(channel -> bytes.add(channel.getBytes(StandardCharsets.UTF_8)));
        return bytes;
    }

    private final class Receiver implements Subscription.Receiver {
        @Override
        public void subscribed(byte[] channel) {
            readSignal.works();
            if (unsent) {
                somethingToSend.wake();
            }
            maps(channel).forEach(map -> map.inbox().sign(Inbox.Sign.SUBSCRIBED));
        }

        @Override
        public void received(byte[] channel, byte[] message) {
            maps(channel).forEach(map -> map.replication().published(message));
        }

        private List<MapHandle<?>> maps(byte[] channel) {
            return wanted.getOrDefault(new String(channel, StandardCharsets.UTF_8), List.of());
        }
    }

    void stop() {
        reading.stop();
        sending.stop();
        somethingWanted.wake();
        somethingToSend.wake();
        subscription.close();
    }

    /** Ends it by the deadline, by {@link System#nanoTime}, or the hard way. */
    void close(long deadline) {
        stop();
        for (Loop loop : List.of(reading, sending)) {
            boolean ended = false;
            try {
                ended = loop.join(deadline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (!ended) {
                loop.interrupt();
            }
        }
    }
}
