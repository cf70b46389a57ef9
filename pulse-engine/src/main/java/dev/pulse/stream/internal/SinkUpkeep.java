package dev.pulse.stream.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.EventId;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Loop;
import dev.pulse.task.Signals;
import dev.pulse.task.Wakeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.PriorityBlockingQueue;

/**
 * The loop that keeps a consumer's promises while handlers work: heartbeat, extension of ack deadlines, claims of what
 * others left, retries of what failed, the durable cursor, the watch on its lag, the sweep of consumers that are gone. Each duty has its own
 * due time; one that fails holds up none of the others.
 */
final class SinkUpkeep<T> {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS_AT_THE_LAG = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int EXTEND_BATCH = 500;

    private final StreamSink<T> sink;
    private final SinkGroup group;
    private final InFlight<T> inFlight;
    private final Settling<T> settling;
    private final LagWatch lag;
    private final SinkOptions options;
    private final Wakeup wakeup = new Wakeup();
    private final PriorityBlockingQueue<Retry<T>> retries =
            new PriorityBlockingQueue<>(11, Comparator.comparingLong(Retry::due));
    private final Duty retrying = new Duty(Duration.ZERO, this::retryDue);
    private final Duty claiming = new Duty(Duration.ZERO, this::claim);
    private final List<Duty> duties;
    private final Loop loop;
    private volatile boolean claimSoon;

    private record Retry<T>(SinkDelivery<T> delivery, long due) {}

    /** Does something and says how long it can wait until the next time. */
    @FunctionalInterface
    private interface Work {
        Duration run() throws InterruptedException;
    }

    private static final class Duty {
        private final Work work;
        private long due;

        Duty(Duration first, Work work) {
            this.work = work;
            this.due = System.nanoTime() + first.toNanos();
        }
    }

    SinkUpkeep(
            StreamSink<T> sink,
            SinkGroup group,
            InFlight<T> inFlight,
            Settling<T> settling,
            LagWatch lag,
            SinkOptions options,
            Signals signals) {
        this.sink = sink;
        this.group = group;
        this.inFlight = inFlight;
        this.settling = settling;
        this.lag = lag;
        this.options = options;
        this.duties = List.of(
                new Duty(part(4), this::renewLease),
                retrying,
                new Duty(part(4), this::extend),
                new Duty(part(2), this::beat),
                claiming,
                new Duty(SECOND, this::saveCursor),
                new Duty(BETWEEN_LOOKS_AT_THE_LAG, this::watchLag),
                new Duty(silence(), this::sweep));
        this.loop = Loop.start(signals.loop(sink.loopName("upkeep"), false), this::turn);
    }

    private Duration part(int of) {
        return group.ackDeadline().dividedBy(of);
    }

    private void turn() throws InterruptedException {
        try {
            doWhatIsDue();
        } catch (StreamDestroyedException e) {
            sink.streamDestroyed();
            throw new Loop.Over(e);
        }
    }

    private void doWhatIsDue() throws InterruptedException {
        // before all else, so that retries and claims go on while another duty fails
        retrying.due = System.nanoTime();
        if (claimSoon) {
            claimSoon = false;
            claiming.due = retrying.due;
        }
        RuntimeException failure = null;
        long next = System.nanoTime() + MINUTE.toNanos();
        for (Duty duty : duties) {
            if (duty.due - System.nanoTime() <= 0) {
                try {
                    duty.due = System.nanoTime() + duty.work.run().toNanos();
                } catch (RedisReplyException e) {
                    if (!SinkGroup.isGroupMissing(e)) {
                        failure = failure == null ? e : failure;
                        continue;
                    }
                    group.heal();
                } catch (PulseException e) {
                    failure = failure == null ? e : failure;
                }
            }
            next = Math.min(next, duty.due);
        }
        if (failure != null) {
            throw failure;
        }
        wakeup.await(Polls.until(next));
    }

    private Duration retryDue() throws InterruptedException {
        List<SinkDelivery<T>> due = new ArrayList<>();
        Retry<T> first = retries.peek();
        while (first != null && first.due() - System.nanoTime() <= 0 && due.size() < EXTEND_BATCH) {
            retries.poll();
            SinkDelivery<T> again = sink.retry(first.delivery());
            if (again != null) {
                due.add(again);
            }
            first = retries.peek();
        }
        try {
            // before they begin: should this process die over one, whoever takes it over knows of this delivery
            if (!due.isEmpty()) {
                extend(due);
            }
        } finally {
            due.forEach(sink::tryNow);
        }
        first = retries.peek();
        return first == null ? MINUTE : Polls.until(first.due());
    }

    /** Begins the ack deadline of all that is held anew, well before it ends. */
    private Duration extend() throws InterruptedException {
        List<SinkDelivery<T>> due = new ArrayList<>();
        for (SinkDelivery<T> delivery : inFlight.all()) {
            if (delivery.processing().compareTo(options.maxProcessing()) > 0) {
                giveUp(delivery);
            } else if (delivery.sinceExtension().compareTo(part(4)) >= 0) {
                due.add(delivery);
            }
            if (due.size() == EXTEND_BATCH) {
                extend(due);
                due.clear();
            }
        }
        if (!due.isEmpty()) {
            extend(due);
        }
        return part(4);
    }

    private void extend(List<SinkDelivery<T>> due) throws InterruptedException {
        if (options.ackMode() == AckMode.NONE) {
            return;
        }
        // before the command: Redis' clock for them starts later than ours
        long before = System.nanoTime();
        Set<EventId> lost =
                group.extend(due.stream().map(SinkDelivery::extension).toList());
        for (SinkDelivery<T> delivery : due) {
            if (!lost.contains(delivery.id())) {
                group.counters().extended.increment();
                delivery.extended(before);
                if (delivery.isReleased() && !inFlight.holds(delivery.id())) {
                    // given back while the extension was on its way: it may have come in second, and would lie idle
                    settling.release(delivery.id(), delivery.begunDeliveries());
                }
            } else if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.LOST)
                    || delivery.move(SinkDelivery.State.PARKED, SinkDelivery.State.LOST)) {
                inFlight.remove(delivery);
                group.leaseLost(delivery.id());
            }
        }
    }

    private void giveUp(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.LOST)) {
            group.tookTooLong(delivery.id(), options.maxProcessing());
            delivery.interruptHandler();
            inFlight.remove(delivery);
            if (sink.isLast(delivery.attempt())) {
                sink.deadLetterLost(delivery, "worked on for more than " + options.maxProcessing());
            } else {
                sink.release(delivery, delivery.attempt());
            }
        }
    }

    private Duration renewLease() throws InterruptedException {
        return sink.renewLease() ? part(4) : MINUTE;
    }

    private Duration beat() throws InterruptedException {
        group.heal();
        return part(2);
    }

    private Duration claim() throws InterruptedException {
        if (options.ackMode() == AckMode.NONE) {
            return MINUTE;
        }
        Duration soon = Polls.shorter(part(3), SECOND);
        if (!sink.takesEvents() || !sink.mayBegin()) {
            // what is claimed now would be held, and extended, by a consumer that nobody uses
            sink.giveBackReady();
            return soon;
        }
        if (sink.claimsWhileReading()) {
            return soon;
        }
        int room = Math.max(0, Math.min(options.batchSize(), inFlight.free()));
        long before = System.nanoTime();
        Set<EventId> held = inFlight.ids();
        SinkGroup.Claims claims;
        try {
            claims = group.claim(room);
        } catch (OutcomeUnknownException e) {
            sink.replyMayBeLost();
            throw e;
        }
        for (SinkGroup.Claimed claimed : claims.claimed()) {
            // what was held when Redis was asked may be settled by now, and must not be begun again
            if (!held.contains(Entries.id(claimed.entry()))) {
                sink.claimed(claimed, before);
            }
        }
        Duration next = claims.next().orElse(group.ackDeadline());
        // without room what is due stays due
        return room == 0 ? soon : next;
    }

    private Duration saveCursor() throws InterruptedException {
        if (settling.wasActive()) {
            group.saveCursor();
        }
        return SECOND;
    }

    private Duration watchLag() throws InterruptedException {
        lag.check();
        return BETWEEN_LOOKS_AT_THE_LAG;
    }

    private Duration sweep() throws InterruptedException {
        group.sweep(silence());
        return silence();
    }

    /** After how long without a sign a consumer is gone. */
    private Duration silence() {
        Duration thrice = group.ackDeadline().multipliedBy(3);
        return thrice.compareTo(MINUTE) > 0 ? thrice : MINUTE;
    }

    /** Tries a parked delivery again after the delay. */
    void retryLater(SinkDelivery<T> delivery, Duration delay) {
        retries.add(new Retry<>(delivery, System.nanoTime() + delay.toNanos()));
        wakeup.wake();
    }

    /** Something was given back: look for it, and for others, at once. */
    void lookForClaimsSoon() {
        claimSoon = true;
        wakeup.wake();
    }

    /** Ends it. */
    void end() {
        loop.stop();
        wakeup.wake();
        if (!Deadlines.hardPhase(loop::join)) {
            loop.interrupt();
        }
        lag.close();
    }
}
