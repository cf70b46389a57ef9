package dev.pulse.pool.internal.timed;

import dev.pulse.CloseResult;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.TimesScripts.Listener;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Durations;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Recurring;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One listener of a ticker, or planner of a schedule: the loop that has its turns at due times and calls user code in them, so
 * that no two calls overlap, and how that ends. Thread-safe.
 */
final class Member {
    /** Nothing is known that it could wait for: it is woken. */
    static final Duration IDLE = Duration.ofHours(1);

    /** User code that takes longer than this, and than two periods, shows in health. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Listening listening;
    private final Listener listener;
    private final Position position;
    private final UserCall user = new UserCall();
    private final LoopSignal signal;
    private final Duty duty;
    private final Recurring loop;
    private volatile @Nullable Held held;
    private volatile boolean warned;
    private volatile boolean stopped;

    /** What it is there for. Called by one thread at a time, but for {@code renew}. */
    interface Duty {
        /** Does what is due when nothing else is known than this; says after how long it is to be asked again. */
        Duration turn(Position.State known) throws InterruptedException;

        /** Says that it is still at what others would take over. */
        default void renew() throws InterruptedException {}

        /** Leaves that to others. */
        default void leave() throws InterruptedException {}
    }

    /** What holds, as far as is known; made anew when Redis loses it. */
    record Held(Timetable timetable, String policy) {}

    /** Nothing is due before something is known. */
    Member(Listening listening, Listener listener, LoopSignal signal, Duty duty) {
        this.listening = listening;
        this.listener = listener;
        this.position = new Position(listener.id());
        this.signal = signal;
        this.duty = duty;
        this.loop = Recurring.start(signal, this::turn);
    }

    private Duration turn() throws InterruptedException {
        Position.State known = position.state();
        return known == null ? IDLE : duty.turn(known);
    }

    Listener listener() {
        return listener;
    }

    Position position() {
        return position;
    }

    UserCall user() {
        return user;
    }

    /** Calls user code, on the thread of its turn. */
    <T> T call(Callable<T> body) throws Exception {
        try {
            return user.call(body);
        } finally {
            if (warned) {
                warned = false;
                signal.warns("");
            }
        }
    }

    /** Registers it, and has this timetable and policy hold on all nodes. */
    void register(Timetable timetable, String policy) throws InterruptedException {
        listening.register(this, new Held(timetable, policy), true);
    }

    /** Registers it, and leaves nothing of it when that fails. */
    void begin(Timetable timetable, String policy) throws InterruptedException {
        boolean begun = false;
        try {
            register(timetable, policy);
            begun = true;
        } finally {
            if (!begun) {
                close(System.nanoTime());
            }
        }
    }

    /** Redis has lost it: what held last holds again, unless somebody was faster. */
    void registerAgain() throws InterruptedException {
        Held last = held;
        if (last != null && !stopped) {
            listening.register(this, last, false);
        }
    }

    /** What holds, once it is registered. */
    Held held() {
        return Objects.requireNonNull(held, "not registered");
    }

    /** What Redis has of it, if anything; asked for at that time. */
    void know(TimesScripts.@Nullable Known known, long asked) {
        if (position.know(known, asked)) {
            loop.wake();
        }
        Position.State now = position.state();
        if (now != null) {
            held = new Held(now.timetable(), now.policy());
        }
    }

    /** Has its next turn come now. */
    void wake() {
        loop.wake();
    }

    /** How long until it has its turn at the next due time; negative when that is past. */
    Duration untilTurn(Position.State known) {
        return Durations.shorter(listening.clock().until(known.next()).plus(position.turn(known)), IDLE);
    }

    /** Shows in health while user code does not return. */
    void watch() {
        Position.State now = position.state();
        Duration lasted = user.lasted();
        if (now != null
                && lasted.compareTo(LONG) > 0
                && lasted.compareTo(now.period().multipliedBy(2)) > 0) {
            warned = true;
            signal.warns("its handler has not returned for " + lasted.toMinutes() + " min");
        }
    }

    void renew() throws InterruptedException {
        duty.renew();
    }

    void leave() throws InterruptedException {
        duty.leave();
    }

    boolean isStopped() {
        return stopped;
    }

    void stop() {
        stopped = true;
        loop.stop();
    }

    CloseResult close(Duration drain) {
        long deadline = Deadlines.after(drain);
        stop();
        if (user.isCurrentThread()) {
            Tasks.start(signal.name() + " close", () -> close(deadline));
            return CloseResult.drained();
        }
        return close(deadline);
    }

    /** To a deadline by {@link System#nanoTime}. */
    CloseResult close(long deadline) {
        stop();
        CloseResult result = Closing.awaitEnd(
                loop::join, loop::interrupt, deadline, signal.name() + ": its handler ignores the interrupt");
        listening.forget(this);
        return result;
    }
}
