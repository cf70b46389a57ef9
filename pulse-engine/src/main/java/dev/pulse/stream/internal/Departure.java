package dev.pulse.stream.internal;

import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.task.Deadlines;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a consumer leaves the sink of one stream: when that was removed and all is settled, or when the sink is closed. */
final class Departure<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);

    private final SinkSource<T> source;
    private final Member member;
    private final Membership membership;
    private final SinkGroup group;
    private final Outbox outbox;

    Departure(SinkSource<T> source, Member member, Membership membership, SinkGroup group, Outbox outbox) {
        this.source = source;
        this.member = member;
        this.membership = membership;
        this.group = group;
        this.outbox = outbox;
    }

    /** Leaves if the stream was removed, and nothing of it is in flight any more; whether there is nothing left to do. */
    boolean leaveIfDone() throws InterruptedException {
        // a read under way may bring something yet
        if (source.intake().isReading(source) || !source.inFlight().isEmpty() || !outbox.isEmpty()) {
            return false;
        }
        if (source.state() == SinkSource.State.OVER) {
            return true;
        }
        if (!source.beginsLeaving()) {
            return false;
        }
        boolean done = false;
        try {
            membership.saveCursor();
            if (!membership.leave()) {
                LOG.warn(
                        "stream={} sink={} state=left note=\"events are pending, others claim them\"",
                        member.stream(),
                        member.sink());
            }
            done = true;
        } finally {
            source.leaves(done);
        }
        return true;
    }

    /** Says what there is still to say to Redis, then leaves, in bounded time. */
    CloseResult close() {
        if (source.settlement() instanceof WithoutAcks<T> without && without.lost() > 0) {
            LOG.warn(
                    "stream={} sink={} state=closed lost={} note=\"read without acks and not finished\"",
                    member.stream(),
                    member.sink(),
                    without.lost());
        }
        CloseResult result = CloseResult.drained();
        boolean interrupted = Thread.interrupted();
        try {
            outbox.finish(group.withTimeout(Deadlines.HARD), System.nanoTime() + Deadlines.HARD.toNanos());
            if (source.state() != SinkSource.State.LEFT) {
                result = leave(membership.withTimeout(Deadlines.HARD));
            }
        } catch (PulseException e) {
            result = notLeft(e.getMessage());
        } catch (IllegalStateException e) {
            result = notLeft("this Pulse is closed");
        } catch (InterruptedException e) {
            interrupted = true;
            result = notLeft("interrupted");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return result;
    }

    private CloseResult leave(Membership hurried) throws InterruptedException {
        hurried.saveCursor();
        return hurried.leave()
                ? CloseResult.drained()
                : problem(source + " has pending events; others claim them, then sweep it");
    }

    private CloseResult notLeft(@Nullable String why) {
        return problem(source + " did not leave: " + why);
    }

    private static CloseResult problem(String text) {
        return new CloseResult(CloseResult.How.DRAINED, List.of(text));
    }
}
