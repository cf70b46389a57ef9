package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.pool.internal.JobHandle.End;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.pool.internal.OwnerScripts.Claim;
import dev.pulse.pool.internal.OwnerScripts.Held;
import dev.pulse.pool.internal.OwnerScripts.Reasserted;
import dev.pulse.pool.internal.PlacementScripts.Moving;
import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.redis.Redis;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a worker has, as Redis knows it, with what it has, when Redis may have fallen back to an older state. What runs
 * is said again; what has ended is ended again; what neither runs nor has ended here is handed out anew. It looks until
 * nothing differs any more: others correct what they know at the same time, and jobs come and go meanwhile. So what only they
 * can know is acted on when it was still the same at the next look. Thread-safe.
 */
final class Comparing {
    /** More than it takes all workers to notice. */
    private static final Duration UNTIL_NEXT_LOOK = Duration.ofSeconds(1);

    private final WorkerLife life;
    private final OwnerScripts scripts;
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final AtomicBoolean underWay = new AtomicBoolean();

    /** What was strange at the last look, with its tokens. Of the thread that looks. */
    private Map<String, Long> strange = Map.of();

    private final Map<String, Long> nowStrange = new HashMap<>();

    Comparing(WorkerLife life) {
        this.life = life;
        this.scripts = life.pool().owners();
    }

    /** There may be differences. */
    void begin() {
        wanted.set(true);
        if (underWay.compareAndSet(false, true)) {
            Tasks.start(life.threadName("compare"), this::run);
        }
    }

    private void run() {
        try {
            while (wanted.getAndSet(false) && life.isAtWork()) {
                if (isToLookAgain()) {
                    wanted.set(true);
                    Tasks.sleep(Beating.period(life.pool().settings().lease()).plus(UNTIL_NEXT_LOOK));
                }
            }
        } catch (InterruptedException e) {
            // nobody interrupts it
            Thread.currentThread().interrupt();
        } finally {
            underWay.set(false);
        }
        if (wanted.get() && life.isAtWork()) {
            begin();
        }
    }

    private boolean isToLookAgain() throws InterruptedException {
        try {
            return differs();
        } catch (PulseException e) {
            life.reports().unsettled(life.id(), e);
            return true;
        }
    }

    /** Looks once, and does what is to be done; false when that was nothing. */
    private boolean differs() throws InterruptedException {
        Redis redis = life.pool().redis();
        life.pool().refresh();
        long read = life.inbox().greatestToken();
        Map<String, JobSeen> seen = owned(redis);
        int differences = 0;
        List<JobSeen> unknown = new ArrayList<>();
        // first: what has ended stands in the way of what runs
        for (JobSeen job : seen.values()) {
            JobHandle known = life.job(job.key());
            Optional<EndedJobs.End> end = life.ended().of(job.key(), job.token());
            if (known != null && known.fencingToken() == job.token()) {
                differences += isBegunAgain(redis, known, job) ? 1 : 0;
            } else if (end.isPresent() || (known != null && isOlder(job, known))) {
                endAgain(redis, job, end.orElse(EndedJobs.End.stopped(job.token())));
                differences++;
            } else if (known == null && job.token() <= read) {
                unknown.add(job);
            }
        }
        List<JobHandle> unsaid = life.jobs().stream()
                .filter(job -> job.isAtWork() && !isSeen(job, seen.get(job.key())))
                .toList();
        for (List<JobHandle> batch : batches(unsaid)) {
            say(redis, batch);
        }
        for (List<JobSeen> batch :
                batches(unknown.stream().filter(this::wasStrange).toList())) {
            handOut(redis, batch);
        }
        differences += unsaid.size() + unknown.size();
        strange = Map.copyOf(nowStrange);
        nowStrange.clear();
        return differences > 0;
    }

    private Map<String, JobSeen> owned(Redis redis) throws InterruptedException {
        Map<String, JobSeen> owned = new HashMap<>();
        String cursor = "0";
        do {
            PoolReads.Page page = life.pool().reads().ownedBy(redis, life.id(), cursor);
            page.jobs().stream().filter(job -> job.owner().equals(life.id())).forEach(job -> owned.put(job.key(), job));
            cursor = page.cursor();
        } while (!cursor.equals("0"));
        return owned;
    }

    /** Whether it is another dispatch's, which came before the one that is known. */
    private static boolean isOlder(JobSeen job, JobHandle known) {
        return known.fencingToken() > job.token() && !known.id().equals(job.id());
    }

    private static boolean isSeen(JobHandle job, @Nullable JobSeen seen) {
        return seen != null && seen.token() == job.fencingToken();
    }

    private static <T> List<List<T>> batches(List<T> all) {
        List<List<T>> batches = new ArrayList<>();
        for (int from = 0; from < all.size(); from += PlacementScripts.MOST) {
            batches.add(all.subList(from, Math.min(all.size(), from + PlacementScripts.MOST)));
        }
        return batches;
    }

    private boolean wasStrange(JobSeen job) {
        nowStrange.put(job.key(), job.token());
        return strange.getOrDefault(job.key(), 0L) == job.token();
    }

    /** It runs, and Redis does not know that it has begun. */
    private boolean isBegunAgain(Redis redis, JobHandle job, JobSeen seen) throws InterruptedException {
        boolean hasBegun = job.phase() == Phase.RUNNING || job.phase() == Phase.AT_WORK;
        if (!hasBegun || seen.state().equals("running")) {
            return false;
        }
        life.steps().beginAgain(redis, job);
        return true;
    }

    private void endAgain(Redis redis, JobSeen job, EndedJobs.End end) throws InterruptedException {
        Held held = new Held(life.id(), job.key(), job.token(), job.id(), "");
        byte[] result = end.result();
        if (result != null) {
            scripts.finish(redis, held, result, List.of());
        } else if (end.error().isEmpty()) {
            scripts.stopped(redis, held, List.of(), List.of());
        } else {
            scripts.fail(redis, held, end.error(), List.of());
        }
    }

    private void say(Redis redis, List<JobHandle> jobs) throws InterruptedException {
        if (scripts.reassert(
                        redis,
                        life.id(),
                        jobs.stream().map(Reasserting::running).toList(),
                        false)
                instanceof Reasserted said) {
            for (int i = 0; i < jobs.size(); i++) {
                settle(jobs.get(i), said.jobs().get(i));
            }
        }
    }

    private void settle(JobHandle job, Claim claim) {
        switch (claim) {
            case OK -> {}
            case WISHED -> job.work().end(job, End.STOP);
            case BROKEN -> {
                life.reports().broken(life.id(), job.key());
                job.work().end(job, End.STALE);
            }
            // what another has ended, and is about to end again, stands in its way at first
            case LOST -> {
                nowStrange.put(job.key(), job.fencingToken());
                if (strange.getOrDefault(job.key(), 0L) == job.fencingToken()) {
                    job.work().end(job, End.STALE);
                }
            }
        }
    }

    private void handOut(Redis redis, List<JobSeen> jobs) throws InterruptedException {
        Ring ring = life.pool().ring();
        List<Moving> moves = jobs.stream().map(job -> Moving.of(job, ring)).toList();
        if (life.pool().placement().move(redis, ring.version(), life.id(), moves) instanceof RingChanged changed) {
            // the next look has it
            life.pool().learn(changed);
        }
    }
}
