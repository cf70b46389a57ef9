package dev.pulse.stream.internal;

import dev.pulse.stream.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets deliveries begin one after another where their events have the same key. One delivery of a key has the turn, from
 * when it may begin until it is settled and its handler has returned; the retries of an event share its turn. The others
 * of that key wait, and while the one with the turn is parked they do not count as in flight, so that other keys go on.
 * Thread-safe.
 */
final class KeyOrder<T> {
    private final Function<? super Event<?>, @Nullable String> keyOf;
    private final Consumer<SinkDelivery<T>> begin;
    private final Map<String, Turn<T>> turns = new ConcurrentHashMap<>();

    /** Who may begin, of one key, and who waits. Touched only within the map's atomic operations on that key. */
    private static final class Turn<T> {
        private SinkDelivery<T> holder;
        private boolean parked;
        private final Queue<SinkDelivery<T>> waiting = new ArrayDeque<>(1);

        Turn(SinkDelivery<T> holder) {
            this.holder = holder;
        }
    }

    /**
     * @param begin has the handler run on it; called when its turn has come
     */
    KeyOrder(Function<? super Event<?>, @Nullable String> keyOf, Consumer<SinkDelivery<T>> begin) {
        this.keyOf = keyOf;
        this.begin = begin;
    }

    /** Has it begin when its turn comes. Throws what the user's function throws. */
    void accept(SinkDelivery<T> delivery) {
        String known = delivery.key();
        if (known != null) {
            resume(known, delivery);
            return;
        }
        String key = keyOf.apply(delivery.event());
        if (key == null) {
            begin.accept(delivery);
            return;
        }
        delivery.key(key);
        Turn<T> own = new Turn<>(delivery);
        Turn<T> turn = turns.compute(key, (same, now) -> {
            if (now == null) {
                return own;
            }
            now.waiting.add(delivery);
            if (now.parked) {
                setAside(delivery);
            }
            return now;
        });
        if (turn == own) {
            begin.accept(delivery);
        }
    }

    private static <T> void setAside(SinkDelivery<T> waiting) {
        waiting.source().inFlight().setAside(waiting);
    }

    /** The event that has the turn is tried again. */
    private void resume(String key, SinkDelivery<T> again) {
        turns.computeIfPresent(key, (same, turn) -> {
            turn.holder = again;
            turn.parked = false;
            return turn;
        });
        SinkDelivery<T> parked = again.previous();
        // a handler can nack and go on: it begins again when that one has returned
        if (parked == null || !parked.followedBy(again)) {
            begin.accept(again);
        }
    }

    /** Its handler failed, and it waits for another try. */
    void parked(SinkDelivery<T> delivery) {
        String key = delivery.key();
        if (key != null) {
            turns.computeIfPresent(key, (same, turn) -> {
                if (turn.holder == delivery) {
                    turn.parked = true;
                    turn.waiting.forEach(KeyOrder::setAside);
                }
                return turn;
            });
        }
    }

    /** Its handler has returned. */
    void returned(SinkDelivery<T> delivery) {
        SinkDelivery<T> again = delivery.takeFollower();
        if (again != null) {
            begin.accept(again);
        }
        passOn(delivery);
    }

    /** Passes the turn on, if it has it and is over and done with. */
    void passOn(SinkDelivery<T> delivery) {
        String key = delivery.key();
        if (key == null || !delivery.endsTurn()) {
            return;
        }
        List<SinkDelivery<T>> chosen = new ArrayList<>(1);
        turns.computeIfPresent(key, (same, now) -> {
            if (now.holder != delivery) {
                return now;
            }
            SinkDelivery<T> next = now.waiting.poll();
            while (next != null && next.isOver()) {
                next = now.waiting.poll();
            }
            if (next == null) {
                return null;
            }
            now.holder = next;
            now.parked = false;
            chosen.add(next);
            return now;
        });
        for (SinkDelivery<T> next : chosen) {
            next.source().inFlight().takeBack(next);
            begin.accept(next);
        }
    }
}
