package dev.pulse.pool.internal;

import dev.pulse.pool.internal.PlacementScripts.Batch;
import dev.pulse.pool.internal.PlacementScripts.Placed;
import dev.pulse.pool.internal.PlacementScripts.Placement;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives jobs that wait for a worker, or for a time that has come, to their owners. Any node may, at any time. */
final class Placing {
    private static final String JOB = "k:";

    private final Redis redis;

    Placing(Redis redis) {
        this.redis = redis;
    }

    /**
     * Gives away all that wait for a worker, the oldest first.
     *
     * @return how many were given
     */
    int placeWaiting(PoolIncarnation at) throws InterruptedException {
        return at.ring().isEmpty() ? 0 : place(at, at.keys().waiting(), "");
    }

    /** Gives away all whose time has come; with no worker there, they wait for one. */
    int placeDue(PoolIncarnation at) throws InterruptedException {
        return place(at, at.keys().due(), JOB);
    }

    private int place(PoolIncarnation at, String from, String prefix) throws InterruptedException {
        int given = 0;
        int left = 0;
        while (true) {
            List<String> keys = next(from, left, prefix);
            if (keys.isEmpty()) {
                return given;
            }
            List<Placement> results = placeAll(at, keys);
            for (Placement result : results) {
                switch (result.kind()) {
                    case HANDED_OUT -> given++;
                    case STOPPED, STALE, WAITING -> {}
                    // stays where it is: what is behind it is looked at all the same
                    case BROKEN -> left++;
                    case NOTYET -> {
                        return given;
                    }
                }
            }
            if (results.isEmpty()) {
                return given;
            }
        }
    }

    private List<String> next(String from, int begin, String prefix) throws InterruptedException {
        Object members = redis.call(
                Command.repeatable("ZRANGE").key(from).arg(begin).arg(begin + (long) PlacementScripts.MOST - 1));
        return Replies.list(members).stream()
                .map(Replies::text)
                .filter(member -> member.startsWith(prefix))
                .map(member -> member.substring(prefix.length()))
                .toList();
    }

    /** Empty when nothing is handed out now. */
    private List<Placement> placeAll(PoolIncarnation at, List<String> keys) throws InterruptedException {
        List<String> ids = ids(at, keys);
        while (true) {
            Ring ring = at.ring();
            List<PlacementScripts.Placing> jobs = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                String target = ring.ownerOf(keys.get(i)).orElse("");
                jobs.add(new PlacementScripts.Placing(keys.get(i), ids.get(i), target));
            }
            Batch batch = at.placement().place(redis, ring.version(), jobs);
            if (batch instanceof Placed placed) {
                return placed.jobs();
            }
            if (!(batch instanceof RingChanged changed)) {
                return List.of();
            }
            at.learn(Ring.parse(changed.version(), changed.slots()));
        }
    }

    private List<String> ids(PoolIncarnation at, List<String> keys) throws InterruptedException {
        @Nullable
        Object[] replies = redis.callAll(keys.stream()
                .map(key -> Command.repeatable("HGET").key(at.keys().job(key)).arg("id"))
                .toList());
        List<String> ids = new ArrayList<>();
        for (Object reply : replies) {
            ids.add(reply instanceof byte[] id ? Replies.text(id) : "");
        }
        return ids;
    }
}
