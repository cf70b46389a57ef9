package dev.pulse.pool.internal;

import dev.pulse.RedisReplyException;
import dev.pulse.pool.JobInfo;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import dev.pulse.wire.PoolKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of jobs: all of them in one pipeline, and in a second one the times of those that wait for one, or died.
 *
 * @param isLarge whether nobody else is to wait behind it
 */
record JobRecords(Redis redis, PoolKeys keys, boolean isLarge) {
    /** A record that is there. */
    private record Seen(String key, JobInfo.State state, List<@Nullable Object> fields) {
        boolean isTimed() {
            return state == JobInfo.State.DUE || state == JobInfo.State.DEAD;
        }
    }

    /** Of these keys those that have a job, in this order; what is none of ours is passed over. */
    List<JobInfo> read(List<String> wanted) throws InterruptedException {
        List<@Nullable Object> records = all(wanted.stream().map(this::record).toList());
        List<Seen> seen = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (records.get(i) != null) {
                List<@Nullable Object> fields = Replies.list(records.get(i));
                String key = wanted.get(i);
                state(text(fields, 1)).ifPresent(state -> seen.add(new Seen(key, state, fields)));
            }
        }
        List<Seen> timed = seen.stream().filter(Seen::isTimed).toList();
        List<@Nullable Object> times = all(timed.stream().map(this::time).toList());
        List<JobInfo> jobs = new ArrayList<>();
        int next = 0;
        for (Seen job : seen) {
            info(job, job.isTimed() ? instant(times.get(next++)) : Optional.empty())
                    .ifPresent(jobs::add);
        }
        return jobs;
    }

    private Command record(String key) {
        return Command.repeatable("HMGET")
                .key(keys.job(key))
                .arg("id")
                .arg("st")
                .arg("o")
                .arg("t")
                .arg("w")
                .arg("n")
                .arg("a")
                .arg("at")
                .arg("e");
    }

    private Command time(Seen job) {
        Command score = Command.repeatable("ZSCORE");
        return job.state() == JobInfo.State.DUE
                ? score.key(keys.due()).arg("k:" + job.key())
                : score.key(keys.dead()).arg(job.key());
    }

    /** The replies; null for one whose key is of another type. */
    private List<@Nullable Object> all(List<Command> commands) throws InterruptedException {
        List<@Nullable Object> replies = new ArrayList<>();
        if (commands.isEmpty()) {
            return replies;
        }
        if (isLarge) {
            commands.forEach(Command::largeReply);
        }
        for (Object reply : redis.callAll(commands)) {
            boolean foreign = reply instanceof RedisReplyException refused
                    && refused.code().equals("WRONGTYPE");
            replies.add(foreign ? null : Listing.requireReply(reply));
        }
        return replies;
    }

    private static Optional<JobInfo> info(Seen job, Optional<Instant> time) {
        try {
            return parsed(job, time);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<JobInfo> parsed(Seen job, Optional<Instant> time) {
        List<@Nullable Object> fields = job.fields();
        if (fields.getFirst() == null) {
            return Optional.empty();
        }
        String owner = text(fields, 2);
        String error = text(fields, 8);
        return Optional.of(new JobInfo(
                job.key(),
                text(fields, 0),
                job.state(),
                owner.isEmpty() ? Optional.empty() : Optional.of(owner),
                number(fields, 3),
                fields.get(4) != null,
                (int) Math.max(0, number(fields, 5) - 1),
                (int) number(fields, 6),
                Instant.ofEpochMilli(number(fields, 7)),
                job.state() == JobInfo.State.DUE ? time : Optional.empty(),
                job.state() == JobInfo.State.DEAD ? time : Optional.empty(),
                error.isEmpty() ? Optional.empty() : Optional.of(error)));
    }

    private static Optional<JobInfo.State> state(String name) {
        return Arrays.stream(JobInfo.State.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }

    private static Optional<Instant> instant(@Nullable Object score) {
        return Optional.ofNullable(score).map(ms -> Instant.ofEpochMilli((long) Double.parseDouble(Replies.text(ms))));
    }

    private static String text(List<@Nullable Object> fields, int at) {
        return fields.get(at) == null ? "" : Replies.text(fields.get(at));
    }

    private static long number(List<@Nullable Object> fields, int at) {
        return fields.get(at) == null ? 0 : Long.parseLong(Replies.text(fields.get(at)));
    }
}
