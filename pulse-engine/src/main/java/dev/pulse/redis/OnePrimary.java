package dev.pulse.redis;

import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/** Everything goes to the same primary: a single Redis, or the master that sentinels watch over. */
final class OnePrimary extends Topology {
    private final Primary primary;
    private final Duration connectionTimeout;
    private final @Nullable MasterWatch watch;

    /**
     * One that exists already.
     *
     * @param connectionTimeout how long the lane waits for a reply
     * @param watch notices that the primary is somewhere else; null for one that does not move
     */
    OnePrimary(Primary primary, Duration connectionTimeout, @Nullable MasterWatch watch) {
        this.primary = primary;
        this.connectionTimeout = connectionTimeout;
        this.watch = watch;
    }

    @Override
    @Nullable
    Object[] callAll(List<Command> commands, long deadline, Duration timeout) throws InterruptedException {
        boolean repeatable = isRepeatable(commands);
        boolean patient = isPatient(deadline, connectionTimeout);
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        Throwable obstacle = null;
        while (true) {
            Call call = new Call(commands);
            try {
                carry(primary, call, deadline, timeout, repeatable, patient);
            } catch (RedisUnavailableException e) {
                // what an attempt before met says more than that the time was over
                throw obstacle == null ? e : Failures.unavailable(primary.where(), obstacle);
            }
            // later attempts have less time left than the lane's connection takes
            patient = false;
            obstacle = call.lost() != null ? call.lost() : onlyPassingErrors(call);
            if (obstacle == null) {
                return translated(call);
            }
            if (call.lost() != null && !repeatable) {
                throw outcomeUnknown(primary, commands, obstacle);
            }
            Duration pause = backoff.next();
            if (isClosed() || System.nanoTime() + pause.toNanos() >= deadline) {
                throw Failures.unavailable(primary.where(), obstacle);
            }
            Tasks.sleep(pause);
        }
    }

    private static @Nullable Throwable onlyPassingErrors(Call call) {
        JedisDataException first = null;
        for (Object reply : call.replies()) {
            if (!(reply instanceof JedisDataException error) || !Failures.isPassing(error)) {
                return null;
            }
            first = first == null ? error : first;
        }
        return first;
    }

    private @Nullable Object[] translated(Call call) {
        @Nullable Object[] replies = call.replies();
        for (int i = 0; i < replies.length; i++) {
            if (replies[i] instanceof JedisDataException error) {
                replies[i] = translated(primary, call.commands().get(i), error);
            }
        }
        return replies;
    }

    @Override
    Primary primaryFor(Command command) {
        return primary;
    }

    @Override
    @Nullable
    Redirection redirection(JedisDataException reply, Primary from) {
        return null;
    }

    @Override
    void end(long deadline) {
        if (watch != null) {
            watch.close(deadline);
        }
        primary.close(deadline);
    }
}
