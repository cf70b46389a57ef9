package dev.pulse.pool.internal;

import dev.pulse.pool.internal.PoolReads.Due;
import dev.pulse.pool.internal.PoolReads.JobSeen;
import dev.pulse.pool.internal.PoolScripts.Ending;
import dev.pulse.pool.internal.timed.TimesCleaning;
import dev.pulse.redis.Redis;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Removes what no worker has from a pool that is being shut down. Any node may, at any time. */
final class Cleaning {
    private final Redis redis;
    private final PoolScripts scripts;

    Cleaning(Redis redis, PoolScripts scripts) {
        this.redis = redis;
        this.scripts = scripts;
    }

    /** Whether nothing is left of it; not before its workers have gone. */
    boolean clean(PoolIncarnation at) throws InterruptedException {
        while (removeSome(at)) {
            // a hundred at a time
        }
        TimesCleaning.clean(redis, at.keys());
        return switch (scripts.cleanEnd(redis, at.keys())) {
            case OK, GONE -> true;
            case NOTEMPTY, OPEN -> false;
        };
    }

    private boolean removeSome(PoolIncarnation at) throws InterruptedException {
        PoolReads reads = at.reads();
        Due aside = reads.aside(redis);
        List<JobSeen> jobs = new ArrayList<>(reads.waiting(redis, 0));
        if (jobs.isEmpty()) {
            jobs.addAll(aside.jobs());
        }
        if (jobs.isEmpty()) {
            jobs.addAll(reads.dead(redis));
        }
        Set<String> messages = aside.messages().keySet();
        if (jobs.isEmpty() && messages.isEmpty()) {
            return false;
        }
        return scripts.cleanStep(redis, at.keys(), jobs, messages) == Ending.OK;
    }
}
