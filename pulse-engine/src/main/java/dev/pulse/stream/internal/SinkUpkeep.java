package dev.pulse.stream.internal;

import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.AckMode;
import dev.pulse.stream.EventId;
import dev.pulse.stream.SinkOptions;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.Recurring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.PriorityBlockingQueue;

/**
 * Keeps a consumer's promises about one stream while handlers work, in turns that come when something is due: heartbeat,
 * extension of ack deadlines, retries of what failed, the durable cursor, the watch on its lag, the sweep of consumers
 * that are gone, and at last the departure from a stream that was removed. Each duty has its own due time; one that fails
 * holds up none of the others.
 */
final class SinkUpkeep<T> {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS_AT_THE_LAG = Duration.ofSeconds(10);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration WHILE_LEAVING = Duration.ofMillis(50);
    private static final int EXTEND_BATCH = 500;

    private final StreamSink<T> sink;
    private final SinkSource<T> source;
    private final SinkGroup group;
    private final InFlight<T> inFlight;
    private final SinkReports reports;
    private final SinkOptions options;
    private final LagWatch lag;
    private final PriorityBlockingQueue<Retry<T>> retries =
            new PriorityBlockingQueue<>(11, Comparator.comparingLong(Retry::due));
    private final Duty retrying = new Duty(Duration.ZERO, this::retryDue);
    private final List<Duty> duties;
    private final Recurring turns;

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

    SinkUpkeep(StreamSink<T> sink, SinkSource<T> source, SinkOptions options) {
        this.sink = sink;
        this.source = source;
        this.group = source.group();
        this.inFlight = source.inFlight();
        this.reports = source.reports();
        this.options = options;
        this.lag = source.lag();
        this.duties = List.of(
                new Duty(part(4), this::renewLease),
                retrying,
                new Duty(part(4), this::extend),
                new Duty(part(2), this::beat),
                new Duty(SECOND, this::saveCursor),
                new Duty(BETWEEN_LOOKS_AT_THE_LAG, this::watchLag),
                new Duty(silence(), this::sweep));
        this.turns = Recurring.start(sink.signals().loop(source.loopName("upkeep"), false), this::turn);
    }

    private Duration part(int of) {
        return group.ackDeadline().dividedBy(of);
    }

    private Duration turn() throws InterruptedException {
        if (!source.isRead()) {
            leave();
        }
        if (source.state() == SinkSource.State.OVER) {
            return WHILE_LEAVING;
        }
        try {
            return doWhatIsDue();
        } catch (StreamDestroyedException e) {
            source.over();
            return Duration.ZERO;
        }
    }

    private void leave() throws InterruptedException {
        if (source.intake().isReading(source)) {
            source.intake().endRead();
        }
        if (source.leaveIfDone()) {
            lag.close();
            throw new Loop.Over(new IllegalStateException("its stream is not read any more"));
        }
    }

    private Duration doWhatIsDue() throws InterruptedException {
        // before all else, so that retries go on while another duty fails
        retrying.due = System.nanoTime();
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
                    source.membership().heal();
                } catch (StreamDestroyedException e) {
                    throw e;
                } catch (PulseException e) {
                    failure = failure == null ? e : failure;
                }
            }
            next = Math.min(next, duty.due);
        }
        if (failure != null) {
            throw failure;
        }
        return source.isRead() ? Polls.until(next) : WHILE_LEAVING;
    }

    private Duration retryDue() throws InterruptedException {
        List<SinkDelivery<T>> due = new ArrayList<>();
        Retry<T> first = retries.peek();
        while (first != null && first.due() - System.nanoTime() <= 0 && due.size() < EXTEND_BATCH) {
            retries.poll();
            SinkDelivery<T> again = source.retry(first.delivery());
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
            due.forEach(source::tryNow);
        }
        first = retries.peek();
        return first == null ? MINUTE : Polls.until(first.due());
    }

    /** Begins the ack deadline of all that is held anew, well before it ends. */
    private Duration extend() throws InterruptedException {
        if (!sink.takesEvents(group.ackDeadline())) {
            // what waits for a poll that does not come is for others
            sink.handover().giveBack();
        }
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
                reports.counters().extended.increment();
                delivery.extended(before);
                if (delivery.isReleased() && !inFlight.holds(delivery.id())) {
                    // given back while the extension was on its way: it may have come in second, and would lie idle
                    source.settlement().release(delivery, delivery.begunDeliveries());
                }
            } else if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.LOST)
                    || delivery.move(SinkDelivery.State.PARKED, SinkDelivery.State.LOST)) {
                inFlight.remove(delivery);
                reports.leaseLost(delivery.id());
            }
        }
    }

    private void giveUp(SinkDelivery<T> delivery) {
        if (delivery.move(SinkDelivery.State.HELD, SinkDelivery.State.LOST)) {
            reports.tookTooLong(delivery.id(), options.maxProcessing());
            delivery.interruptHandler();
            if (source.isLast(delivery.attempt())) {
                inFlight.remove(delivery);
                String cause = "worked on for more than " + options.maxProcessing();
                source.settlement().giveUp(delivery.id(), List.of(), cause, delivery.attempt());
            } else {
                source.settlement().release(delivery, delivery.attempt());
            }
        }
    }

    private Duration renewLease() throws InterruptedException {
        if (!sink.activity().isExclusive() || !sink.sources().isLead(source)) {
            return MINUTE;
        }
        // who waits for it asks while reading; who neither reads nor has anything to finish must not have it
        boolean needed = sink.takesEvents(group.ackDeadline())
                || sink.sources().all().stream()
                        .anyMatch(each -> !each.inFlight().isEmpty());
        if (needed && !sink.activity().renew(group.ackDeadline())) {
            sink.giveBack();
        }
        return part(4);
    }

    private Duration beat() throws InterruptedException {
        source.membership().heal();
        return part(2);
    }

    private Duration saveCursor() throws InterruptedException {
        if (source.settlement().wasActive()) {
            source.membership().saveCursor();
        }
        return SECOND;
    }

    private Duration watchLag() throws InterruptedException {
        lag.check(source.intake().isWaiting(source));
        return BETWEEN_LOOKS_AT_THE_LAG;
    }

    private Duration sweep() throws InterruptedException {
        source.membership().sweep(silence());
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
        turns.wake();
    }

    /** Has it look at what has changed. */
    void wake() {
        turns.wake();
    }

    /** Ends it. */
    void end() {
        turns.stop();
        if (!Deadlines.hardPhase(turns::join)) {
            turns.interrupt();
        }
        lag.close();
    }
}
