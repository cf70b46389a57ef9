package dev.pulse.pool.internal.timed;

import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.QueueFullException;
import dev.pulse.RedisReplyException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.pool.internal.timed.PlanScripts.Standing;
import dev.pulse.pool.internal.timed.PlanScripts.Taken;
import dev.pulse.pool.internal.timed.PoolSide.By;
import dev.pulse.redis.Command;
import dev.pulse.redis.Replies;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One node does what is left of a plan: each item on a virtual thread of its own, until it is done or there is another plan.
 * Everything can be done by two nodes at once, or once more. Thread-safe.
 */
final class PlanRun {
    private static final String PAGE = "100";
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final PoolSide side;
    private final PoolKeys keys;
    private final PlanScripts scripts;
    private final String schedule;
    private final String token;
    private final long due;
    private final PlanReports reports;
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final AtomicInteger live = new AtomicInteger();
    private final Set<String> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    PlanRun(
            PoolSide side,
            PoolKeys keys,
            PlanScripts scripts,
            String schedule,
            String token,
            long due,
            PlanReports reports) {
        this.side = side;
        this.keys = keys;
        this.scripts = scripts;
        this.schedule = schedule;
        this.token = token;
        this.due = due;
        this.reports = reports;
    }

    String token() {
        return token;
    }

    int open() {
        return open.size();
    }

    /** The incarnation of the pool that it belongs to. */
    PoolKeys keys() {
        return keys;
    }

    /** Begins with what is known of the plan; the rest is looked for. */
    void begin(Duration lease) {
        spawn("plan", () -> {
            walk();
            if (scripts.take(side.redis(), lease, "") instanceof Taken all
                    && all.token().equals(token)) {
                all.items().forEach(this::begin);
            } else {
                stopped = true;
            }
        });
    }

    private void begin(String name, byte[] value) {
        PlanItem item = PlanItem.of(name, value);
        if (item == null) {
            reports.failed(
                    due, name, new IllegalArgumentException("the plan has an entry that is none of ours: dropped"));
            spawn(name, () -> requirePresent(scripts.done(side.redis(), token, name)));
        } else if (open.add(name)) {
            spawn(name, () -> tend(item));
        }
    }

    /** What is tried until it is done. */
    @FunctionalInterface
    private interface Step {
        void run() throws InterruptedException;
    }

    private void spawn(String what, Step step) {
        live.incrementAndGet();
        Tasks.start("pool " + side.name() + " schedule " + schedule + ' ' + what, () -> {
            threads.add(Thread.currentThread());
            try {
                persist(step);
            } catch (InterruptedException
                    | PoolSide.SupersededException
                    | PoolShutDownException
                    | IllegalStateException e) {
                // there is another plan, another does this one, or the pool or our handle of it has ended
                stopped = true;
            } finally {
                threads.remove(Thread.currentThread());
                open.remove(what);
                live.decrementAndGet();
            }
        });
    }

    /** Tries it until Redis lets it be done. */
    private void persist(Step step) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(50), FIRST_PAUSE);
        boolean told = false;
        while (!stopped) {
            try {
                step.run();
                return;
            } catch (PoolShutDownException e) {
                throw e;
            } catch (PulseException e) {
                // that Redis is away the lanes say
                if (e instanceof RedisReplyException && !told) {
                    reports.refused(due, e);
                    told = true;
                }
                Tasks.sleep(backoff.next());
            }
        }
    }

    /** Forgets jobs that have ended, and finds those that are to be stopped because they are not in the plan. */
    private void walk() throws InterruptedException {
        String cursor = "0";
        do {
            List<@Nullable Object> page = Replies.list(side.redis()
                    .call(Command.repeatable("SSCAN")
                            .key(keys.scheduledJobs(schedule))
                            .arg(cursor)
                            .arg("COUNT")
                            .arg(PAGE)));
            cursor = Replies.text(page.get(0));
            List<String> jobs =
                    Replies.list(page.get(1)).stream().map(Replies::text).toList();
            requirePresent(scripts.jobs(side.redis(), token, jobs));
        } while (!cursor.equals("0") && !stopped);
        requirePresent(scripts.done(side.redis(), token, PlanItem.OTHERS));
    }

    private static void requirePresent(Standing standing) {
        if (standing != Standing.OK) {
            throw new PoolSide.SupersededException();
        }
    }

    /** Does one item, and does it again when that failed. */
    private void tend(PlanItem first) throws InterruptedException {
        Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
        PlanItem item = first;
        while (!stopped) {
            try {
                act(item);
                requirePresent(scripts.done(side.redis(), token, item.name()));
                reports.done();
                return;
            } catch (PoolShutDownException | PoolSide.SupersededException | IllegalStateException e) {
                throw e;
            } catch (OutcomeUnknownException | RedisUnavailableException | QueueFullException e) {
                // it has not begun, or ended, yet: nothing has failed
                reports.late(item.key(), e);
            } catch (RuntimeException e) {
                reports.failed(due, item.key(), e);
                if (item instanceof PlanItem.Start start && e instanceof JobFailedException) {
                    // the outcome of that dispatch is settled: it takes another
                    PlanItem.Start next = start.afterFailure();
                    requirePresent(scripts.next(side.redis(), token, next.name(), next.value()));
                    item = next;
                }
            }
            Tasks.sleep(backoff.next());
        }
    }

    private void act(PlanItem item) throws InterruptedException {
        By by = new By(schedule, token);
        switch (item) {
            case PlanItem.Start start -> {
                String id = ScheduledId.of(schedule, due, start.key(), start.tries());
                side.start(start.key(), start.payload(), start.attempts(), id, by);
            }
            case PlanItem.Stop stop -> side.stop(stop.key(), by);
        }
    }

    /** Whether another node does it, or nothing is left. */
    boolean isOver() {
        return stopped || live.get() == 0;
    }

    /** Others do it: ends what is under way. */
    void stop() {
        stopped = true;
        threads.forEach(Thread::interrupt);
    }

    /** Waits for the end of what was stopped, until a deadline by {@link System#nanoTime}. */
    boolean join(long deadline) throws InterruptedException {
        for (Thread thread : threads) {
            if (!Tasks.join(thread, deadline)) {
                return false;
            }
        }
        return true;
    }
}
