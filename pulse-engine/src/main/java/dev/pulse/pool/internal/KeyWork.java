package dev.pulse.pool.internal;

import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.task.Tasks;
import dev.pulse.task.Watchdog;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What one key has to do in this process: its job, if it has one, and what was read for it, in that order. All of it is done on
 * one virtual thread, which lives while there is something to do; a running job needs none. So no two handlers of a key
 * are ever at work, also when a worker lost its lease and another of this process got the job: that waits until the older
 * handler has really returned.
 */
final class KeyWork {
    private final KeyWorks all;
    private final String key;
    private final ReentrantLock lock = new ReentrantLock();
    /* guarded by lock */
    private final Deque<Mail> mailbox = new ArrayDeque<>(1);
    private @Nullable JobHandle job;
    private @Nullable Thread thread;
    /** For which worker something runs on the thread that may be interrupted. */
    private @Nullable WorkerLife interruptible;
    /** Whether that is a question to Redis, rather than a handler. */
    private boolean asks;

    private boolean over;

    KeyWork(KeyWorks all, String key) {
        this.all = all;
        this.key = key;
    }

    String key() {
        return key;
    }

    /** Takes what was read; false, and nothing, when it is over. */
    boolean post(Mail mail) {
        lock.lock();
        try {
            if (over) {
                return false;
            }
            if (mail.entry() instanceof InboxEntry.Stop stop && job != null && job.fencingToken() == stop.token()) {
                stopInTurn(job, stop, mail);
            } else {
                if (job != null && job.phase() == Phase.AT_WORK && isNewer(mail.entry(), job)) {
                    // what runs here runs without right, and has to end before the thread can look at this
                    endNow(job, End.STALE);
                }
                mailbox.add(mail);
            }
            begin();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** A job that runs gets first what was sent to it before; one that does not has nothing to get. */
    private void stopInTurn(JobHandle known, InboxEntry.Stop stop, Mail mail) {
        if (known.phase() == Phase.RUNNING && !mailbox.isEmpty()) {
            mailbox.add(mail);
        } else {
            stopNow(known, stop);
        }
    }

    /** Whether an entry is about a later ownership of the key. */
    private static boolean isNewer(InboxEntry entry, JobHandle known) {
        return switch (entry) {
            case InboxEntry.Start start -> start.token() > known.fencingToken();
            case InboxEntry.Stop stop -> stop.token() > known.fencingToken();
            default -> false;
        };
    }

    private void stopNow(JobHandle held, InboxEntry.Stop stop) {
        boolean ends = held.end() != null;
        held.stop(stop);
        if (!ends) {
            interruptRun(held);
        }
    }

    private void endNow(JobHandle held, End why) {
        held.end(why);
        interruptRun(held);
    }

    /** A task does not end before its handler returns, which may hang from now on. */
    private void interruptRun(JobHandle held) {
        if (held.phase() == Phase.AT_WORK) {
            interrupt(held.life());
            Watchdog.lookBy(System.nanoTime());
        }
    }

    /** There may be something to do. */
    void wake() {
        lock.lock();
        try {
            begin();
        } finally {
            lock.unlock();
        }
    }

    private void begin() {
        if (thread == null && !over) {
            thread = Tasks.start(all.threadName(key), this::run);
        }
    }

    private void run() {
        Thread current = Thread.currentThread();
        all.begins(current);
        try {
            for (Runnable step = next(); step != null; step = next()) {
                step.run();
            }
        } finally {
            all.ends(current);
            ended(current);
        }
    }

    /** Were a step to throw, which is a defect, the next thing that comes for the key still finds a thread. */
    private void ended(Thread current) {
        lock.lock();
        try {
            if (thread == current) {
                thread = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What to do next; null when the thread is to end. */
    private @Nullable Runnable next() {
        lock.lock();
        try {
            Runnable step = job == null ? nextMail() : nextOf(job);
            if (step == null) {
                thread = null;
                endIfIdle();
            }
            return step;
        } finally {
            lock.unlock();
        }
    }

    private boolean endIfIdle() {
        if (thread == null && job == null && mailbox.isEmpty()) {
            over = true;
            all.forget(this);
        }
        return over;
    }

    private @Nullable Runnable nextOf(JobHandle held) {
        JobSteps steps = held.life().steps();
        return switch (held.phase()) {
            case ASSIGNED -> {
                if (held.end() != null) {
                    yield () -> steps.giveUp(this, held);
                }
                if (held.life().isPoolLost()) {
                    // another life of the worker dispatches it anew
                    yield null;
                }
                if (held.life().room().take(this)) {
                    yield () -> steps.start(this, held);
                }
                steps.waits(held);
                yield null;
            }
            case RUNNING -> held.end() != null ? () -> steps.stop(this, held) : nextMail();
            // whoever moves it says when it is over
            case MOVING -> null;
            case STARTING, AT_WORK, STOPPING, OVER ->
                throw new IllegalStateException("job \"" + key + "\" was left at " + held.phase());
        };
    }

    private @Nullable Runnable nextMail() {
        Mail mail = mailbox.poll();
        if (mail == null) {
            return null;
        }
        JobHandle held = job;
        return () -> mail.life().steps().handle(this, held, mail);
    }

    /** It is done again once the job it found is over. */
    void putBack(Mail mail) {
        lock.lock();
        try {
            mailbox.addFirst(mail);
        } finally {
            lock.unlock();
        }
    }

    /** It is done again after all that waits. */
    void putLast(Mail mail) {
        lock.lock();
        try {
            mailbox.addLast(mail);
        } finally {
            lock.unlock();
        }
    }

    /** The key has a job from now on; only from its thread. Whoever wants it stopped already is not to wait for its start. */
    void assign(JobHandle assigned) {
        lock.lock();
        try {
            job = assigned;
            mailbox.removeIf(mail -> {
                boolean stops = mail.entry() instanceof InboxEntry.Stop stop
                        && mail.life() == assigned.life()
                        && stop.token() == assigned.fencingToken();
                if (stops) {
                    assigned.stop((InboxEntry.Stop) mail.entry());
                }
                return stops;
            });
        } finally {
            lock.unlock();
        }
    }

    /** Somebody wants the job stopped; on the key's thread. */
    void stop(JobHandle held, InboxEntry.Stop stop) {
        lock.lock();
        try {
            stopNow(held, stop);
        } finally {
            lock.unlock();
        }
    }

    /** Those who want the job stopped, and are told by the caller; who comes later is told once it is over. */
    List<InboxEntry.Stop> takeStops(JobHandle held) {
        lock.lock();
        try {
            return held.takeStops();
        } finally {
            lock.unlock();
        }
    }

    /** The job goes on to another phase. */
    void enter(JobHandle held, Phase phase) {
        lock.lock();
        try {
            held.phase(phase);
        } finally {
            lock.unlock();
        }
    }

    /** Its handler is to be called, which is left when it is to end; false then. */
    boolean enterUnlessEnding(JobHandle held, Phase phase) {
        lock.lock();
        try {
            if (held.end() != null) {
                return false;
            }
            held.phase(phase);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The job goes on under another worker of this process; false when nothing of it runs any more. */
    boolean adopt(JobHandle held, WorkerLife next) {
        lock.lock();
        try {
            if (job != held || held.phase() == Phase.OVER || held.phase() == Phase.MOVING) {
                return false;
            }
            if (interruptible == held.life()) {
                interruptible = next;
            }
            held.adoptedBy(next);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The job is to end, for this reason at least; the key's thread sees to it. False when it has ended. */
    boolean end(JobHandle held, End why) {
        lock.lock();
        try {
            if (held.phase() == Phase.OVER) {
                return false;
            }
            endNow(held, why);
            if (held.phase() != Phase.MOVING) {
                begin();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody is to begin the job here, if nobody has; false when its handler was called. */
    boolean setAside(JobHandle held) {
        lock.lock();
        try {
            if (held.isAtWork()) {
                return false;
            }
            if (held.phase() == Phase.ASSIGNED) {
                held.end(End.STALE);
                begin();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The job is this worker's no more. What was read about it and not answered is still to be. */
    void over(JobHandle held) {
        lock.lock();
        try {
            if (job != held) {
                return;
            }
            held.phase(Phase.OVER);
            held.takeStops().forEach(stop -> mailbox.addFirst(new Mail(held.life(), stop, false)));
            job = null;
            if (!endIfIdle()) {
                begin();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Calls a worker's handler, which may be interrupted; on the key's thread. */
    <T extends @Nullable Object> T call(WorkerLife life, Callable<T> handler) throws Exception {
        return interruptibly(life, false, handler);
    }

    /** Asks Redis for a worker, which may be interrupted; on the key's thread. */
    <T extends @Nullable Object> T ask(WorkerLife life, Callable<T> question) throws Exception {
        return interruptibly(life, true, question);
    }

    private <T extends @Nullable Object> T interruptibly(WorkerLife life, boolean isQuestion, Callable<T> body)
            throws Exception {
        lock.lock();
        try {
            interruptible = life;
            asks = isQuestion;
        } finally {
            lock.unlock();
        }
        try {
            return body.call();
        } finally {
            lock.lock();
            try {
                interruptible = null;
                // what was meant for this is not meant for what comes next
                Thread.interrupted();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Interrupts what runs for this worker. */
    void interrupt(WorkerLife life) {
        lock.lock();
        try {
            if (interruptible == life && thread != null && thread != Thread.currentThread()) {
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has the thread look up, if it asks Redis for this worker. */
    void interruptQuestion(WorkerLife life) {
        lock.lock();
        try {
            if (asks) {
                interrupt(life);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Interrupts what runs for this job, if it is still in this phase. */
    void interrupt(JobHandle held, Phase phase) {
        lock.lock();
        try {
            if (job == held && held.phase() == phase) {
                interrupt(held.life());
            }
        } finally {
            lock.unlock();
        }
    }
}
