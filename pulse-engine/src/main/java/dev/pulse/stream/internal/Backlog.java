package dev.pulse.stream.internal;

import dev.pulse.redis.OwnedConnection;
import dev.pulse.redis.Replies;
import dev.pulse.stream.EventId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What has to be taken of a stream before anything new, for it stands before that in the stream: what Redis handed out in
 * a reply that never came, what the predecessor of an exclusive consumer held, what is due to be claimed. Used by the one
 * thread that reads the stream; what is to be looked for is told from any.
 */
final class Backlog<T> {
    private static final int PAGE = 100;
    private static final String BEGINNING = "-";

    private final SinkGroup group;
    private final InFlight<T> inFlight;
    private final Settlement<T> settlement;
    private final Admission<T> admission;
    private final boolean claims;
    private boolean replyMayBeLost;
    private EventId historyAfter = EventId.ZERO;
    private volatile boolean lookSoon = true;
    private volatile long lookAt = System.nanoTime();
    /** The term whose predecessor's events were taken over, and that in which they are being taken over. */
    private long takenOver;

    private long takingOver;
    private String takeOverAfter = BEGINNING;

    /**
     * @param claims whether anything is ever pending
     */
    Backlog(SinkGroup group, InFlight<T> inFlight, Settlement<T> settlement, Admission<T> admission, boolean claims) {
        this.group = group;
        this.inFlight = inFlight;
        this.settlement = settlement;
        this.admission = admission;
        this.claims = claims;
    }

    /** A read failed: Redis may have handed out entries to it. */
    void replyMayBeLost() {
        replyMayBeLost = true;
        historyAfter = EventId.ZERO;
    }

    /** The sink has events, so that others may give some back before a look would be due that found none. */
    void eventsCame() {
        long soon = System.nanoTime() + group.ackDeadline().dividedBy(3).toNanos();
        if (lookAt - soon > 0) {
            lookAt = soon;
        }
    }

    /** Something may be due to be claimed. */
    void lookSoon() {
        lookSoon = true;
    }

    /**
     * Whether new entries may be read.
     *
     * @param term the fencing token of an exclusive consumer, else 0
     */
    boolean isDone(long term) {
        return !replyMayBeLost && takenOver == term && untilLook().isPositive();
    }

    /** How long it is until the next look for what is due to be claimed. */
    Duration untilLook() {
        if (!claims) {
            return Duration.ofDays(1);
        }
        return lookSoon ? Duration.ZERO : Polls.until(lookAt);
    }

    /**
     * Goes one step, and returns what that found.
     *
     * @param count how many entries to look at
     */
    List<SinkDelivery<T>> next(OwnedConnection connection, int count, long term) throws InterruptedException {
        if (replyMayBeLost) {
            return history(connection);
        }
        return takenOver == term ? claim(count) : takeOver(count, term);
    }

    private List<SinkDelivery<T>> history(OwnedConnection connection) throws InterruptedException {
        long before = System.nanoTime();
        Map<EventId, SinkDelivery<T>> held = inFlight.copy();
        List<@Nullable Object> page = group.history(connection, PAGE, historyAfter);
        List<SinkGroup.Received> received = new ArrayList<>(page.size());
        if (!page.isEmpty()) {
            EventId first = Entries.id(Replies.list(page.getFirst()));
            EventId last = Entries.id(Replies.list(page.getLast()));
            Map<EventId, Long> counts = group.counts(first, last, page.size());
            for (Object entry : page) {
                EventId id = Entries.id(Replies.list(entry));
                // this very read has counted as a delivery
                received.add(new SinkGroup.Received(Replies.list(entry), counts.getOrDefault(id, 2L) - 2));
            }
            historyAfter = last;
        }
        replyMayBeLost = page.size() == PAGE;
        // what was held when Redis was asked may be settled by now, and must not be begun again
        return admit(received, id -> !held.containsKey(id) && !settlement.isReleasing(id), before);
    }

    private List<SinkDelivery<T>> takeOver(int count, long term) throws InterruptedException {
        long before = System.nanoTime();
        Map<EventId, SinkDelivery<T>> held = inFlight.copy();
        if (takingOver != term) {
            takingOver = term;
            takeOverAfter = BEGINNING;
        }
        SinkGroup.TakenOver page = group.takeOver(takeOverAfter, count);
        takeOverAfter = page.goOnAfter();
        if (takeOverAfter.isEmpty()) {
            takenOver = term;
        }
        return admit(page.claimed(), id -> isNews(id, held), before);
    }

    private List<SinkDelivery<T>> claim(int count) throws InterruptedException {
        long before = System.nanoTime();
        Map<EventId, SinkDelivery<T>> held = inFlight.copy();
        // whoever gives something back from now on has it looked for once more
        lookSoon = false;
        SinkGroup.Claims found = group.claim(count);
        lookAt = System.nanoTime() + found.next().orElse(group.ackDeadline()).toNanos();
        return admit(found.claimed(), id -> isNews(id, held), before);
    }

    /** Whether it was claimed anew: not what was held when Redis was asked, and may be acknowledged by now. */
    private boolean isNews(EventId id, Map<EventId, SinkDelivery<T>> held) {
        SinkDelivery<T> delivery = held.get(id);
        return delivery == null || delivery.isGivenAway();
    }

    private List<SinkDelivery<T>> admit(List<SinkGroup.Received> received, Predicate<EventId> isNews, long before)
            throws InterruptedException {
        return admission.admit(
                received.stream().filter(each -> isNews.test(each.id())).toList(), before);
    }
}
