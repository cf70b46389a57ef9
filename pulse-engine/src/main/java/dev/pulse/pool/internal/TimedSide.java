package dev.pulse.pool.internal;

import dev.pulse.JobExistsException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.internal.timed.PoolSide;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.PoolKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What tickers and schedules need of one handle of a pool. Thread-safe. */
final class TimedSide implements PoolSide {
    private final Client client;
    private final Dispatching dispatching;
    private final Stopping stopping;

    TimedSide(Client client, Dispatching dispatching, Stopping stopping) {
        this.client = client;
        this.dispatching = dispatching;
        this.stopping = stopping;
    }

    @Override
    public String name() {
        return client.pool();
    }

    @Override
    public String client() {
        return client.answers().client();
    }

    @Override
    public Redis redis() {
        return client.redis();
    }

    @Override
    public int mostBytes() {
        return client.mostBytes();
    }

    @Override
    public At current() {
        return at(client.life().current());
    }

    private static At at(PoolIncarnation pool) {
        return new At(pool.keys(), Beating.period(pool.settings().lease()));
    }

    @Override
    public At after(PoolKeys gone, Redis call) throws InterruptedException {
        PoolIncarnation known = client.life().current();
        return at(known.keys().equals(gone) ? client.life().after(known, call) : known);
    }

    @Override
    public void start(String key, byte[] payload, int attempts, String id, By by) throws InterruptedException {
        JobRequest job = JobRequest.of(key, payload).withId(id).withAttempts(attempts);
        try {
            dispatching.dispatch(job, by);
        } catch (JobExistsException e) {
            if (!isStartedBy(by.schedule(), key)) {
                throw e;
            }
        }
    }

    /** Whether the schedule has started the job of that key before, so that it runs as it is to. */
    private boolean isStartedBy(String schedule, String key) throws InterruptedException {
        List<@Nullable Object> job = Replies.list(redis().call(Command.repeatable("HMGET")
                .key(client.present().keys().job(key))
                .arg("by")
                .arg("w")));
        if (job.getFirst() == null || !Replies.text(job.getFirst()).equals(schedule)) {
            return false;
        }
        if (job.get(1) != null) {
            throw new OutcomeUnknownException(
                    client.says("job \"" + key + "\" is being stopped; it is started when that is over"), null);
        }
        return true;
    }

    @Override
    public void stop(String key, By by) throws InterruptedException {
        stopping.stop(key, by, System.nanoTime() + client.dispatchTimeout().toNanos());
    }
}
