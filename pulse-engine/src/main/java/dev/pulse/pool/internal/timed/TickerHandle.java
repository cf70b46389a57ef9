package dev.pulse.pool.internal.timed;

import dev.pulse.CloseResult;
import dev.pulse.PulseEvent;
import dev.pulse.pool.Firing;
import dev.pulse.pool.TickHandler;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerFigures;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.pool.internal.timed.TimesScripts.Fired;
import dev.pulse.task.Deadlines;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener of a ticker as its user sees it. At its turn it takes the due time off in Redis, and only then calls the handler; while
 * that runs it takes nothing, so that firings do not pile up here.
 */
final class TickerHandle implements Ticker, Member.Duty {
    private static final Logger LOG = LoggerFactory.getLogger("dev.pulse");

    private final Listening listening;
    private final String name;
    private final TickHandler handler;
    private final Member member;

    private final LongAdder fired = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder missed = new LongAdder();

    /* of the member's thread: what nobody has answered yet */
    private @Nullable Request request;

    /** A due time that was asked for; asked for again under the same id, it is not given twice. */
    private record Request(String id, long version, long next) {}

    TickerHandle(Listening listening, String name, TickHandler handler) {
        this.listening = listening;
        this.name = name;
        this.handler = handler;
        this.member = listening.member(Kind.TICKER, name, this);
    }

    void begin(TickerOptions options) throws InterruptedException {
        member.begin(options.timetable(), options.missed().name());
    }

    @Override
    public void change(TickerOptions options) throws InterruptedException {
        member.register(options.timetable(), options.missed().name());
    }

    @Override
    public Duration turn(Position.State known) throws InterruptedException {
        Duration wait = member.untilTurn(known);
        if (wait.isPositive()) {
            return wait;
        }
        Request asked = request;
        if (asked == null || asked.version != known.version() || asked.next != known.next()) {
            asked = new Request(listening.newId(), known.version(), known.next());
            request = asked;
        }
        DueTimes.Turn turn =
                known.times().turn(known.next(), listening.clock().millis(), Missed.valueOf(known.policy()));
        TimesScripts scripts = new TimesScripts(listening.side().current().keys());
        TimesScripts.Tick tick =
                scripts.tick(listening.side().redis(), name, asked.id, known.version(), known.next(), turn);
        request = null;
        switch (tick) {
            case Fired taken -> {
                listening.clock().told(taken.micros());
                member.position().next(known, taken.next());
                fire(taken);
            }
            case TimesScripts.Skipped skipped -> {
                listening.clock().told(skipped.micros());
                member.position().next(known, skipped.next());
            }
            case TimesScripts.Other other -> {
                listening.clock().told(other.micros());
                if (other.version() == known.version()) {
                    member.position().next(known, other.next());
                } else {
                    listening.lookNow();
                    return Member.IDLE;
                }
            }
            case TimesScripts.Early early -> listening.clock().corrected(early.micros());
            case TimesScripts.NoSuch none -> {
                listening.lookNow();
                return Member.IDLE;
            }
            case TimesScripts.Closing closing -> {
                listening.lookNow();
                return Member.IDLE;
            }
            case TimesScripts.Gone gone -> {
                listening.lookNow();
                return Member.IDLE;
            }
        }
        return Duration.ZERO;
    }

    private void fire(Fired taken) {
        Firing firing = new Firing(
                name,
                Instant.ofEpochMilli(taken.due()),
                taken.missed(),
                taken.token(),
                Duration.ofNanos((taken.micros() - taken.due() * 1_000) * 1_000));
        fired.increment();
        missed.add(taken.missed());
        try {
            member.call(() -> {
                handler.fire(firing);
                return true;
            });
        } catch (Throwable e) {
            // whatever it throws, an error of its own included: the ticker goes on
            failed.increment();
            String pool = listening.side().name();
            LOG.warn("pool={} ticker=\"{}\" due={} state=failed cause=\"{}\"", pool, name, firing.due(), e, e);
            listening.signals().emit(new PulseEvent.TickFailed(pool, name, taken.due(), e.toString()));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public TickerOptions options() {
        Member.Held held = member.held();
        return new TickerOptions(held.timetable(), Missed.valueOf(held.policy()));
    }

    @Override
    public Optional<Instant> next() {
        return member.position().next();
    }

    @Override
    public TickerFigures figures() {
        return new TickerFigures(
                fired.sum(), failed.sum(), missed.sum(), member.user().isUnderWay());
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
