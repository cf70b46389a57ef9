package dev.pulse.pool.internal;

import dev.pulse.pool.Task;
import dev.pulse.pool.internal.OwnerScripts.About;
import dev.pulse.pool.internal.OwnerScripts.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job under one token, from the moment its worker has read that it is its own until it has not any more. What changes is
 * changed under the lock of its {@link KeyWork}.
 */
final class JobHandle implements Task {
    /** How far it is. */
    enum Phase {
        /** Its handler was not called. */
        ASSIGNED,
        /** Its handler begins it, or has just begun it and Redis is being told. */
        STARTING,
        /** Its handler has begun it. */
        RUNNING,
        /** Its handler is doing it: a task, which was counted. */
        AT_WORK,
        /** Its handler stops it, or has stopped it and Redis is being told. */
        STOPPING,
        /** Nothing of it runs; it is about to be given to another worker. */
        MOVING,
        /** It is this worker's no more. */
        OVER
    }

    /** Why it is to end here; what comes later outweighs what comes before. */
    enum End {
        /** It belongs to another worker. */
        MOVE,
        /** Somebody wants it stopped. */
        STOP,
        /** Its record has another token, or is gone. */
        STALE,
        /** Its worker's lease is over, or about to be. */
        FENCE
    }

    private volatile WorkerLife worker;
    private final KeyWork work;
    private volatile InboxEntry.Start start;
    private volatile byte @Nullable [] payload;
    private volatile Phase phase = Phase.ASSIGNED;
    private volatile @Nullable End end;
    private volatile int attempt;
    private volatile int attempts;
    private boolean startTold;
    private List<InboxEntry.Stop> stops = List.of();

    JobHandle(WorkerLife worker, KeyWork work, InboxEntry.Start start) {
        this.worker = worker;
        this.work = work;
        this.start = start;
        this.payload = start.payload();
    }

    /** It goes on under this worker, with its token; Redis knows it as started there. */
    void adoptedBy(WorkerLife next) {
        worker = next;
        startTold = true;
    }

    WorkerLife life() {
        return worker;
    }

    /** What its key has to do. */
    KeyWork work() {
        return work;
    }

    /** As it stood in the inbox. */
    InboxEntry.Start start() {
        return start;
    }

    @Override
    public String key() {
        return start.key();
    }

    @Override
    public byte[] payload() {
        return Objects.requireNonNull(payload, "payload");
    }

    /** Whether its payload is still to be fetched; it is when its handler is called. */
    boolean lacksPayload() {
        return payload == null;
    }

    void payload(byte[] fetched) {
        payload = fetched;
    }

    /** It is fetched when its handler is called: many may wait for that. */
    void dropPayload() {
        start = start.withoutPayload();
        payload = null;
    }

    /** It is a task, and Redis has counted this attempt of so many. */
    void begun(int number, int allowed) {
        attempt = number;
        attempts = allowed;
        startTold = true;
    }

    /** 0 for what is no task, or was not begun. */
    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public int attempts() {
        return attempts;
    }

    @Override
    public String id() {
        return start.dispatchId();
    }

    @Override
    public String worker() {
        return worker.id();
    }

    @Override
    public long fencingToken() {
        return start.token();
    }

    @Override
    public int restarts() {
        return start.starts();
    }

    @Override
    public boolean leased() {
        End why = end;
        return (why == null || why.compareTo(End.STALE) < 0) && phase != Phase.OVER && worker.isLeased();
    }

    @Override
    public boolean isStopping() {
        return end != null || phase == Phase.OVER;
    }

    Phase phase() {
        return phase;
    }

    /** Whether its handler was called, and has not returned from its end. */
    boolean isAtWork() {
        return switch (phase) {
            case STARTING, RUNNING, AT_WORK, STOPPING -> true;
            case ASSIGNED, MOVING, OVER -> false;
        };
    }

    void phase(Phase next) {
        phase = next;
    }

    /** Why it is to end; null while it is not. */
    @Nullable
    End end() {
        return end;
    }

    /** It is to end, unless it was going to for a reason that outweighs this. */
    void end(End why) {
        End known = end;
        if (known == null || known.compareTo(why) < 0) {
            end = why;
        }
    }

    /** Somebody wants it stopped, and waits. */
    void stop(InboxEntry.Stop stop) {
        if (stops.stream().noneMatch(known -> known.id().equals(stop.id()))) {
            stops = new ArrayList<>(stops);
            stops.add(stop);
        }
        end(End.STOP);
    }

    /** Those who want it stopped; they are somebody else's to answer from now on. */
    List<InboxEntry.Stop> takeStops() {
        List<InboxEntry.Stop> taken = stops;
        stops = List.of();
        return taken;
    }

    /** Redis knows that it was started: its entry is gone, and who dispatched it was told. */
    void startTold() {
        startTold = true;
    }

    /** The id of its start entry, while that is in the inbox; else empty. */
    String entry() {
        return startTold ? "" : start.id();
    }

    /** How scripts know it. */
    OwnerScripts.Held held() {
        return new OwnerScripts.Held(worker.id(), start.key(), start.token(), start.dispatchId(), start.client());
    }

    /** Who dispatched it, while that waits for its start, or for the end of a task. */
    List<Waiter> waiters() {
        return (startTold && attempt == 0) || start.client().isEmpty()
                ? List.of()
                : List.of(new Waiter(start.client(), About.DISPATCH, start.dispatchId()));
    }

    /** Whether a throw of its start ends it: it never ran, and whoever dispatched it hears of it at once. */
    boolean failsForGood() {
        return start.starts() == 0
                && start.attemptsAllowed() <= 1
                && !start.client().isEmpty();
    }
}
