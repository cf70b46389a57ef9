package dev.pulse.pool.internal.timed;

import dev.pulse.CloseResult;
import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.RedisReplyException;
import dev.pulse.pool.Planner;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.TickHandler;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.PoolSide.At;
import dev.pulse.pool.internal.timed.TimesScripts.Known;
import dev.pulse.pool.internal.timed.TimesScripts.Listener;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Loop;
import dev.pulse.task.Recurring;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import dev.pulse.wire.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All tickers and schedules that one handle of a pool listens to. A loop looks at them in Redis as often as a node beats: that
 * keeps them known as listeners, learns of changes that others made, and makes anew what Redis has lost. Thread-safe.
 */
public final class Listening {
    /** A listener that looks at each beat is never forgotten. */
    private static final long BEATS_COUNTED = 3;

    private static final Duration LEAST_COUNTED = Duration.ofSeconds(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final PoolSide side;
    private final Signals signals;
    private final RedisClock clock = new RedisClock();
    private final AtomicLong lastId = new AtomicLong();
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    /* written under the lock; begins with the first member */
    private volatile @Nullable Recurring loop;
    private volatile boolean stopped;

    /** Asks Redis nothing before there is something to listen to. */
    public Listening(PoolSide side, Signals signals) {
        this.side = side;
        this.signals = signals;
    }

    /** Listens to a ticker. */
    public Ticker ticker(String name, TickerOptions options, TickHandler handler) throws InterruptedException {
        TickerHandle ticker = new TickerHandle(this, Names.requireTimetableName("ticker", name), handler);
        ticker.begin(options);
        return ticker;
    }

    /** Takes part in a schedule. */
    public Schedule schedule(String name, Timetable timetable, Planner planner) throws InterruptedException {
        ScheduleHandle schedule = new ScheduleHandle(this, Names.requireTimetableName("schedule", name), planner);
        schedule.begin(timetable);
        return schedule;
    }

    PoolSide side() {
        return side;
    }

    Signals signals() {
        return signals;
    }

    RedisClock clock() {
        return clock;
    }

    /** Never given before, by whatever node. */
    String newId() {
        return side.client() + '-' + lastId.incrementAndGet();
    }

    /** For how long whoever looks now counts as a listener, and keeps what it is at. */
    Duration counts(At at) {
        Duration beats = at.beat().multipliedBy(BEATS_COUNTED);
        return beats.compareTo(LEAST_COUNTED) > 0 ? beats : LEAST_COUNTED;
    }

    /** A new member that has the duty, not yet registered. */
    Member member(Kind kind, String name, Member.Duty duty) {
        Listener listener = new Listener(kind, name, newId());
        Member member = new Member(
                this, listener, signals.loop("pool " + side.name() + ' ' + nameOf(kind) + ' ' + name, false), duty);
        if (members.putIfAbsent(kind.word() + ' ' + name, member) != null) {
            member.stop();
            throw new IllegalStateException(
                    "this handle of pool \"" + side.name() + "\" has the " + named(member) + " already");
        }
        if (stopped) {
            member.stop();
        }
        return member;
    }

    private static String nameOf(Kind kind) {
        return kind == Kind.TICKER ? "ticker" : "schedule";
    }

    private static String named(Member member) {
        Listener listener = member.listener();
        return nameOf(listener.kind()) + " \"" + listener.name() + '"';
    }

    /** Has Redis know a member, and what it listens to. */
    void register(Member member, Member.Held wanted, boolean changes) throws InterruptedException {
        Redis call = side.redis().forOneCall();
        At at = side.current();
        while (true) {
            if (stopped || member.isStopped()) {
                throw new IllegalStateException("pool \"" + side.name() + "\": " + named(member) + " is closed");
            }
            TimesScripts scripts = new TimesScripts(at.keys());
            long asked = System.nanoTime();
            if (!clock.isKnown() && scripts.look(call, List.of(), counts(at)) instanceof TimesScripts.Seen seen) {
                clock.told(seen.micros());
            }
            long first = DueTimes.of(wanted.timetable()).after(clock.millis());
            switch (scripts.register(
                    call,
                    member.listener(),
                    counts(at),
                    TimetableText.of(wanted.timetable()),
                    wanted.policy(),
                    first,
                    changes)) {
                case TimesScripts.Registered registered -> {
                    clock.told(registered.micros());
                    member.know(registered.known(), asked);
                    lookNow();
                    return;
                }
                case TimesScripts.Closing closing ->
                    throw new PoolShutDownException("pool \"" + side.name() + "\" is being shut down", null);
                case TimesScripts.Gone gone -> at = side.after(at.keys(), call);
            }
        }
    }

    /** Has the next look come now. */
    void lookNow() {
        lock.lock();
        try {
            if (loop != null) {
                loop.wake();
            } else if (!stopped) {
                loop = Recurring.start(signals.loop("pool " + side.name() + " timetables", false), this::look);
            }
        } finally {
            lock.unlock();
        }
    }

    private Duration look() throws InterruptedException {
        List<Member> all = List.copyOf(members.values());
        if (all.isEmpty()) {
            return Member.IDLE;
        }
        At at;
        try {
            at = side.current();
        } catch (PoolShutDownException e) {
            all.forEach(Member::stop);
            throw new Loop.Over(e);
        }
        List<RuntimeException> strange = new ArrayList<>();
        for (Member member : all) {
            member.watch();
            apart(member, strange, member::renew);
        }
        long asked = System.nanoTime();
        List<Listener> listeners = all.stream().map(Member::listener).toList();
        switch (new TimesScripts(at.keys()).look(side.redis(), listeners, counts(at))) {
            case TimesScripts.Seen seen -> {
                clock.told(seen.micros());
                for (int i = 0; i < all.size(); i++) {
                    Member member = all.get(i);
                    TimesScripts.Sighting sighting = seen.all().get(i);
                    apart(member, strange, () -> learn(member, sighting, asked));
                }
                if (!strange.isEmpty()) {
                    throw strange.getFirst();
                }
            }
            case TimesScripts.Closing closing -> end(all);
            case TimesScripts.Gone gone -> {
                all.forEach(member -> member.know(null, System.nanoTime()));
                side.after(at.keys(), side.redis().forOneCall());
                // there everything is made anew
                return Duration.ZERO;
            }
        }
        return at.beat();
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    /** Where somebody else's data stands in the way of one, or a timetable that this node cannot read, the others go on. */
    private static void apart(Member member, List<RuntimeException> strange, Step step) throws InterruptedException {
        try {
            step.run();
        } catch (RedisReplyException e) {
            strange.add(new RedisReplyException(e.code(), named(member) + ": " + e.getMessage(), e));
        } catch (PulseException e) {
            throw e;
        } catch (RuntimeException e) {
            strange.add(e);
        }
    }

    private static void learn(Member member, TimesScripts.Sighting sighting, long asked) throws InterruptedException {
        switch (sighting) {
            case Known known -> member.know(known, asked);
            case TimesScripts.Missing missing -> member.registerAgain();
            case TimesScripts.Foreign foreign -> {
                // what can be made anew is; it is told all the same
                member.registerAgain();
                throw new RedisReplyException("FOREIGN", foreign.why(), null);
            }
        }
    }

    /** The pool is being shut down: nothing is due any more. */
    private void end(List<Member> all) {
        for (Member member : all) {
            if (!member.isStopped()) {
                member.stop();
                Tasks.start("pool " + side.name() + " shutdown", () -> member.close(Deadlines.afterDefaultDrain()));
            }
        }
    }

    /** Nothing of it runs any more, or is waited for: others need not count on it. */
    void forget(Member member) {
        Listener listener = member.listener();
        if (!members.remove(listener.kind().word() + ' ' + listener.name(), member)) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            At at = side.current();
            member.leave();
            side.redis()
                    .until(System.nanoTime() + LAST_WORDS.toNanos())
                    .call(Command.repeatable("ZREM")
                            .key(listener.kind().listeners(at.keys(), listener.name()))
                            .arg(listener.id()));
        } catch (PulseException e) {
            // it counts no longer than for a few beats
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the calling thread runs user code of one of them. */
    public boolean isCalledFromHandler() {
        return members.values().stream().anyMatch(member -> member.user().isCurrentThread());
    }

    /** Nothing begins any more. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            if (loop != null) {
                loop.stop();
            }
        } finally {
            lock.unlock();
        }
        members.values().forEach(Member::stop);
    }

    /** Ends all, to one deadline by {@link System#nanoTime}. */
    public CloseResult close(long deadline) {
        stop();
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        members.values().forEach(member -> closings.add(() -> member.close(deadline)));
        CloseResult result = closings.isEmpty() ? CloseResult.drained() : Closing.sideBySide(closings);
        Recurring looking = loop;
        if (looking != null) {
            looking.interrupt();
            Deadlines.hardPhase(looking::join);
        }
        return result;
    }
}
