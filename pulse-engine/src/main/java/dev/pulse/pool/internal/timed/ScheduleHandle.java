package dev.pulse.pool.internal.timed;

import dev.pulse.CloseResult;
import dev.pulse.pool.Plan;
import dev.pulse.pool.Planner;
import dev.pulse.pool.Planning;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ScheduleFigures;
import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.internal.timed.PlanScripts.Claimed;
import dev.pulse.pool.internal.timed.PlanScripts.Stored;
import dev.pulse.pool.internal.timed.PlanScripts.Taken;
import dev.pulse.pool.internal.timed.PoolSide.At;
import dev.pulse.redis.Redis;
import dev.pulse.task.Backoff;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A planner of a schedule as its user sees it. At its turn it claims the due time, has the plan made while the claim is renewed
 * at each look, has Redis take it, and does it. What another node has left of a plan it takes over.
 */
final class ScheduleHandle implements Schedule, Member.Duty {
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Listening listening;
    private final String name;
    private final Planner planner;
    private final PlanReports reports;
    private final Member member;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);

    private volatile @Nullable Work work;
    private volatile @Nullable PlanRun run;
    /* of the member's thread: before then the planner is not asked again, by nanoTime */
    private long notBefore = System.nanoTime();

    /** A due time that this node plans. */
    private static final class Work {
        private final At at;
        private final PlanScripts scripts;
        private final Position.State known;
        private final DueTimes.Turn turn;
        private final String token;
        private volatile boolean lost;

        Work(At at, PlanScripts scripts, Position.State known, DueTimes.Turn turn, String token) {
            this.at = at;
            this.scripts = scripts;
            this.known = known;
            this.turn = turn;
            this.token = token;
        }
    }

    ScheduleHandle(Listening listening, String name, Planner planner) {
        this.listening = listening;
        this.name = name;
        this.planner = planner;
        this.reports = new PlanReports(listening.side().name(), name, listening.signals());
        this.member = listening.member(Kind.SCHEDULE, name, this);
    }

    void begin(Timetable timetable) throws InterruptedException {
        member.begin(timetable, "");
    }

    @Override
    public void change(Timetable timetable) throws InterruptedException {
        member.register(timetable, "");
    }

    private PlanScripts scripts(At at) {
        return new PlanScripts(at.keys(), name, member.listener().id());
    }

    private Redis redis() {
        return listening.side().redis();
    }

    @Override
    public Duration turn(Position.State known) throws InterruptedException {
        At at = listening.side().current();
        Duration untilFree = untilFree(known);
        if (!untilFree.isPositive()) {
            takeOver(at);
            untilFree = Member.IDLE;
        }
        Duration untilTurn = member.untilTurn(known);
        Duration rest = Duration.ofNanos(notBefore - System.nanoTime());
        if (rest.compareTo(untilTurn) > 0) {
            untilTurn = rest;
        }
        if (untilTurn.isPositive()) {
            return Durations.shorter(untilTurn, untilFree);
        }
        return claim(at, known);
    }

    /** Until what another has left of a plan may be taken over. */
    private Duration untilFree(Position.State known) {
        PlanRun mine = run;
        return known.freeAt().isEmpty() || (mine != null && !mine.isOver())
                ? Member.IDLE
                : Duration.ofNanos(known.freeAt().get() - System.nanoTime());
    }

    private void takeOver(At at) throws InterruptedException {
        PlanScripts scripts = scripts(at);
        if (scripts.take(redis(), listening.counts(at), "") instanceof Taken left) {
            begin(at, scripts, left.token(), left.due());
        } else {
            listening.lookNow();
        }
    }

    private void begin(At at, PlanScripts scripts, String token, long due) {
        endRun();
        PlanRun next = new PlanRun(listening.side(), at.keys(), scripts, name, token, due, reports);
        run = next;
        next.begin(listening.counts(at));
        listening.lookNow();
    }

    private void endRun() {
        PlanRun before = run;
        if (before != null) {
            before.stop();
        }
    }

    private Duration claim(At at, Position.State known) throws InterruptedException {
        PlanScripts scripts = scripts(at);
        DueTimes.Turn turn = known.times().turn(known.next(), listening.clock().millis(), Missed.ONE);
        switch (scripts.claim(redis(), known.version(), known.next(), turn.fire(), listening.counts(at))) {
            case Claimed claimed -> {
                listening.clock().told(claimed.micros());
                plan(new Work(at, scripts, known, turn, claimed.token()));
                return Duration.ZERO;
            }
            case PlanScripts.Busy busy -> {
                listening.clock().told(busy.micros());
                return busy.left().plusMillis(1);
            }
            case TimesScripts.Early early -> {
                listening.clock().corrected(early.micros());
                return Duration.ZERO;
            }
            case TimesScripts.Other other -> {
                listening.clock().told(other.micros());
                if (other.version() == known.version()) {
                    member.position().next(known, other.next());
                    return Duration.ZERO;
                }
            }
            case PlanScripts.Lost lost -> {}
            case TimesScripts.NoSuch none -> {}
            case TimesScripts.Closing closing -> {}
            case TimesScripts.Gone gone -> {}
        }
        listening.lookNow();
        return Member.IDLE;
    }

    private void plan(Work mine) throws InterruptedException {
        Map<String, byte[]> items;
        work = mine;
        // the next look may have been put off for longer than this claim lasts, where the pool's lease was made shorter
        listening.lookNow();
        try {
            Planning planning = new Planning(
                    name, Instant.ofEpochMilli(mine.turn.fire()), mine.turn.missed(), Long.parseLong(mine.token));
            items = member.call(() -> items(planner.plan(planning)));
        } catch (Throwable e) {
            // whatever it throws, an error of its own included: the schedule goes on
            if (mine.lost) {
                reports.planLost(mine.turn.fire());
                return;
            }
            work = null;
            reports.planFailed(mine.turn.fire(), e);
            notBefore = System.nanoTime() + backoff.next().toNanos();
            // another may have more luck
            goOn(mine, Duration.ZERO);
            return;
        } finally {
            work = null;
        }
        backoff.reset();
        store(mine, items);
    }

    /** For so long; zero gives the due time up. */
    private PlanScripts.Claim goOn(Work at, Duration lease) throws InterruptedException {
        return at.scripts.goOn(redis(), at.known.version(), at.known.next(), at.turn.fire(), at.token, lease);
    }

    private Map<String, byte[]> items(Plan plan) {
        long most = listening.side().mostBytes();
        long bytes =
                plan.start().stream().mapToLong(job -> job.payload().length).sum();
        if (bytes > most) {
            throw new IllegalArgumentException(
                    "the payloads of a plan have at most " + most + " bytes together, had " + bytes);
        }
        return PlanItem.of(plan);
    }

    private void store(Work mine, Map<String, byte[]> items) throws InterruptedException {
        Duration lease = listening.counts(mine.at);
        switch (mine.scripts.store(redis(), mine.known.version(), mine.token, mine.turn.next(), lease, items)) {
            case Stored stored -> {
                listening.clock().told(stored.micros());
                member.position().next(mine.known, stored.next());
                reports.planned();
                begin(mine.at, mine.scripts, mine.token, mine.turn.fire());
            }
            case PlanScripts.Lost lost -> {
                reports.planLost(mine.turn.fire());
                listening.lookNow();
            }
            case TimesScripts.Closing closing -> listening.lookNow();
            case TimesScripts.Gone gone -> listening.lookNow();
        }
    }

    @Override
    public void renew() throws InterruptedException {
        Work planning = work;
        if (planning != null) {
            boolean isMine = goOn(planning, listening.counts(planning.at)) instanceof Claimed;
            if (!isMine) {
                planning.lost = true;
                member.user().interruptIf(() -> work == planning);
            }
        }
        PlanRun doing = run;
        if (doing != null && !doing.isOver()) {
            At at = listening.side().current();
            boolean isMine = at.keys().equals(doing.keys())
                    && scripts(at).take(redis(), listening.counts(at), doing.token()) instanceof Taken taken
                    && taken.token().equals(doing.token());
            if (!isMine) {
                doing.stop();
            }
        }
    }

    @Override
    public void leave() throws InterruptedException {
        PlanRun doing = run;
        if (doing != null) {
            doing.stop();
            doing.join(System.nanoTime() + LAST_WORDS.toNanos());
            scripts(listening.side().current()).take(redis(), Duration.ZERO, doing.token());
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Timetable timetable() {
        return member.held().timetable();
    }

    @Override
    public Optional<Instant> next() {
        return member.position().next();
    }

    @Override
    public ScheduleFigures figures() {
        PlanRun doing = run;
        return reports.figures(doing == null ? 0 : doing.open());
    }

    @Override
    public CloseResult close(Duration drain) {
        return member.close(drain);
    }

    @Override
    public void close() {
        close(Deadlines.DEFAULT_DRAIN);
    }
}
