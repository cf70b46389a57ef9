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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which all maps of an engine hear what is published, while there are any. One loop makes it and has
 * it read; another sends: what is to be subscribed, and a ping every few seconds, so that a connection that is dead shows.
 * It also looks how each map gets on. Thread-safe.
 */
final class Subscriptions {
    private static final Duration PING = Duration.ofSeconds(3);

    private final Map<String, List<MapHandle<?>>> wanted = new ConcurrentHashMap<>();
    private final Redis redis;
    private final LoopSignal readSignal;
    private final Wakeup somethingWanted = new Wakeup();
    private final Wakeup somethingToSend = new Wakeup();
    private final Loop reading;
    private final Loop sending;
    private volatile @Nullable Line line;
    private volatile boolean stopped;

    /* of the loop that sends */
    private long pingedAt = System.nanoTime();

    Subscriptions(Redis redis, Signals signals) {
        this.redis = redis;
        this.readSignal = signals.loop("maps read", false);
        this.reading = Loop.start(readSignal, this::read);
        this.sending = Loop.start(signals.loop("maps subscribe", false), this::send);
    }

    /** What is published for the map goes to its inbox from now on. */
    void add(MapHandle<?> map) {
        wanted.compute(map.channel(), (channel, maps) -> with(maps, map));
        Line present = line;
        if (present != null) {
            present.joined(map);
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

    private void forEach(Consumer<MapHandle<?>> action) {
        wanted.values().forEach(maps -> maps.forEach(action));
    }

    private void read() throws InterruptedException {
        if (wanted.isEmpty()) {
            somethingWanted.await(PING);
            return;
        }
        try (Subscription subscription = redis.subscription("maps")) {
            Line present = new Line(subscription);
            line = present;
            // looked at after the line is known, for who stops closes the one that there is
            if (!stopped) {
                somethingToSend.wake();
                subscription.run(present);
            }
        } catch (AccessDeniedException e) {
            forEach(map -> map.replication().refused(e));
            throw e;
        } finally {
            line = null;
        }
    }

    private void send() throws InterruptedException {
        boolean due = System.nanoTime() - pingedAt >= PING.toNanos();
        if (due) {
            pingedAt = System.nanoTime();
            forEach(MapHandle::judge);
        }
        Line present = line;
        if (present != null) {
            present.update(due);
        }
        somethingToSend.await(PING);
    }

    /** The present connection: what it was asked for and what Redis said to that. */
    private final class Line implements Subscription.Receiver {
        private final Subscription subscription;
        /* changed by the loop that sends and, once Redis has refused a channel, by the one that reads */
        private final Set<String> asked = ConcurrentHashMap.newKeySet();
        private final Set<String> heard = ConcurrentHashMap.newKeySet();
        /** Asked for again with the next ping, or when somebody joins. */
        private final Set<String> denied = ConcurrentHashMap.newKeySet();

        Line(Subscription subscription) {
            this.subscription = subscription;
        }

        /** A map is wanted. */
        void joined(MapHandle<?> map) {
            denied.remove(map.channel());
            if (heard.contains(map.channel())) {
                // another replica of the same map listens already
                map.heard();
            }
        }

        /** Asks for what is missing and ends what nobody wants. */
        void update(boolean ping) throws InterruptedException {
            if (wanted.isEmpty()) {
                subscription.close();
                return;
            }
            if (ping) {
                denied.clear();
                subscription.ping();
            }
            List<String> missing = wanted.keySet().stream()
                    .filter(channel -> !asked.contains(channel) && !denied.contains(channel))
                    .toList();
            asked.addAll(missing);
            subscription.subscribe(bytes(missing));
            List<String> unwanted = asked.stream()
                    .filter(channel -> !wanted.containsKey(channel))
                    .toList();
            unwanted.forEach(asked::remove);
            subscription.unsubscribe(bytes(unwanted));
        }

        private static List<byte[]> bytes(List<String> channels) {
            return channels.stream()
                    .map(channel -> channel.getBytes(StandardCharsets.UTF_8))
                    .toList();
        }

        @Override
        public void subscribed(byte[] channel) {
            readSignal.works();
            String name = text(channel);
            // first, for a map that joins now looks there
            heard.add(name);
            maps(name).forEach(MapHandle::heard);
        }

        @Override
        public void unsubscribed(byte[] channel) {
            heard.remove(text(channel));
        }

        @Override
        public void denied(byte[] channel, AccessDeniedException why) {
            readSignal.works();
            String name = text(channel);
            denied.add(name);
            asked.remove(name);
            maps(name).forEach(map -> map.denied(why));
        }

        @Override
        public void received(byte[] channel, byte[] message) {
            maps(text(channel)).forEach(map -> map.replication().published(message));
        }

        private static String text(byte[] channel) {
            return new String(channel, StandardCharsets.UTF_8);
        }

        private List<MapHandle<?>> maps(String channel) {
            return wanted.getOrDefault(channel, List.of());
        }
    }

    void stop() {
        stopped = true;
        reading.stop();
        sending.stop();
        somethingWanted.wake();
        somethingToSend.wake();
        Line present = line;
        if (present != null) {
            present.subscription.close();
        }
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
