package dev.pulse.pool.internal;

import dev.pulse.pool.internal.timed.PoolSide.By;
import dev.pulse.redis.Replies;
import dev.pulse.redis.Script;
import dev.pulse.wire.PoolKeys;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The scripts of pools, and what their replies have in common: a word first, numbers as text when they are compared. */
public final class PoolScript {
    private PoolScript() {}

    public static Script once(String name) {
        return Script.load("/dev/pulse/pool/" + name + ".lua");
    }

    public static Script repeatable(String name) {
        return Script.loadRepeatable("/dev/pulse/pool/" + name + ".lua");
    }

    /** The word a reply begins with. */
    public static String word(List<@Nullable Object> reply) {
        return Replies.text(reply.getFirst());
    }

    public static String text(List<@Nullable Object> reply, int at) {
        return Replies.text(reply.get(at));
    }

    /** A number that is text in the reply. */
    public static long decimal(List<@Nullable Object> reply, int at) {
        return Long.parseLong(Replies.text(reply.get(at)));
    }

    public static long number(List<@Nullable Object> reply, int at) {
        return Replies.number(reply.get(at));
    }

    public static boolean flag(List<@Nullable Object> reply, int at) {
        return Replies.number(reply.get(at)) == 1;
    }

    public static int flag(boolean set) {
        return set ? 1 : 0;
    }

    public static IllegalStateException unknown(String script, List<@Nullable Object> reply) {
        return new IllegalStateException("script " + script + " answered " + word(reply));
    }

    /** Adds what a script needs that acts for the sake of a plan. */
    static void addPlan(PoolKeys keys, @Nullable By by, List<Object> names, List<Object> arguments) {
        if (by != null) {
            names.addAll(List.of(keys.schedule(by.schedule()), keys.scheduledJobs(by.schedule())));
            arguments.addAll(List.of(by.schedule(), by.token()));
        }
    }
}
