package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.redis.Redis;
import dev.pulse.stream.Delivery;
import dev.pulse.task.Backoff;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Durations;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Hands deliveries to whoever polls, one thread at a time, and reads nothing between two polls. */
final class SinkPolling<T> {
    private static final Duration LONGEST_SLICE = Duration.ofMillis(500);

    private final StreamSink<T> sink;
    private final Handover<T> handover;
    private final AtomicBoolean polling = new AtomicBoolean();
    private volatile boolean polled;
    private volatile long polledAt;
    /** Which stream's intake is asked first where each has its own. */
    private int turn;

    SinkPolling(StreamSink<T> sink, Handover<T> handover) {
        this.sink = sink;
        this.handover = handover;
    }

    List<Delivery<T>> poll(int max, Duration wait) throws InterruptedException {
        if (!polling.compareAndSet(false, true)) {
            throw new IllegalStateException("sink " + sink.name() + " is polled by one thread at a time");
        }
        Wakeup room = sink.room().waiter();
        try {
            return pollUntil(max, System.nanoTime() + wait.toNanos(), room);
        } finally {
            sink.room().forget(room);
            polledAt = System.nanoTime();
            polled = true;
            polling.set(false);
        }
    }

    /** Whether a poll runs, or did within that time. */
    boolean isUsed(Duration within) {
        return polling.get() || (polled && System.nanoTime() - polledAt < within.toNanos());
    }

    private List<Delivery<T>> pollUntil(int max, long deadline, Wakeup room) throws InterruptedException {
        // short reads, so that what is tried again meanwhile does not wait behind one
        Duration slice = Durations.shorter(sink.options().blockTime(), LONGEST_SLICE);
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        while (true) {
            List<Delivery<T>> taken = takeReady(max);
            Duration left = Polls.until(deadline);
            if (taken.isEmpty() && !sink.isStopped()) {
                try {
                    if (sink.room().free() > 0) {
                        read(max, Durations.shorter(left, slice));
                        taken = takeReady(max);
                    } else {
                        room.await(Durations.shorter(left, slice));
                    }
                } catch (RedisUnavailableException e) {
                    Duration pause = backoff.next();
                    long last = deadline + sink.engine().redis().timeout().toNanos() - System.nanoTime();
                    if (!sink.isStopped() && last < pause.toNanos()) {
                        throw e;
                    }
                    if (!sink.isStopped()) {
                        Tasks.sleep(pause);
                    }
                    continue;
                }
            }
            if (!taken.isEmpty() || left.isZero() || sink.isStopped()) {
                return taken;
            }
        }
    }

    private void read(int max, Duration block) throws InterruptedException {
        List<SinkIntake<T>> intakes = sink.sources().intakes();
        if (intakes.size() > 1 && readInTurn(intakes, max, Duration.ZERO)) {
            return;
        }
        // one that blocks keeps the others waiting, so none blocks for long
        readInTurn(intakes, max, block.dividedBy(intakes.size()));
    }

    private boolean readInTurn(List<SinkIntake<T>> intakes, int max, Duration block) throws InterruptedException {
        turn = (turn + 1) % intakes.size();
        for (int i = 0; i < intakes.size(); i++) {
            List<SinkDelivery<T>> found =
                    intakes.get((turn + i) % intakes.size()).read(max, block);
            found.forEach(handover::add);
            if (!found.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private List<Delivery<T>> takeReady(int max) throws InterruptedException {
        List<Delivery<T>> taken = new ArrayList<>();
        while (taken.size() < max) {
            SinkDelivery<T> delivery = handover.peek();
            if (delivery == null || (delivery.isAlone() && !taken.isEmpty())) {
                break;
            }
            // only this thread takes, or one that gives back what is there
            handover.take(delivery);
            if (!delivery.source().mayBegin()) {
                delivery.giveBackUnbegun();
            } else if (!delivery.isAlone()) {
                addBegun(taken, delivery);
            } else {
                if (delivery.source().beginsAlone(delivery)) {
                    addBegun(taken, delivery);
                }
                break;
            }
        }
        return taken;
    }

    private static <T> void addBegun(List<Delivery<T>> polled, SinkDelivery<T> delivery) {
        if (delivery.begin()) {
            // nobody knows which thread works on it, so none is interrupted
            delivery.end();
            polled.add(delivery);
        }
    }

    /** Ends the poll that may run, without losing what Redis may be handing out to it at this moment. */
    void end() {
        Redis hurried = sink.engine().redis().withTimeout(Deadlines.HARD);
        Deadlines.hardPhase(deadline -> {
            while (polling.get() && System.nanoTime() < deadline) {
                for (SinkIntake<T> intake : sink.sources().intakes()) {
                    try {
                        intake.unblock(hurried);
                    } catch (PulseException e) {
                        // Redis is away, or forbids it: the read ends with its connection
                        intake.close();
                    }
                }
                Tasks.sleep(Duration.ofMillis(5));
            }
            return !polling.get();
        });
    }
}
