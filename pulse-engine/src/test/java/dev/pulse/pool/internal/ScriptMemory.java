package dev.pulse.pool.internal;

import dev.pulse.pool.PoolInvariants;
import dev.pulse.pool.PoolSnapshot;
import dev.pulse.redis.Redis;
import dev.pulse.testing.RespClient;
import dev.pulse.wire.PoolKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * Runs scripts on a Redis that is made to be what a walk wants, and remembers what came of it: a script does the same on
 * the same image, so each pair runs once, however many states of the nodes it belongs to. The Redis is emptied again and
 * again. For one thread.
 */
final class ScriptMemory {
    private static final String RESTORE = resource("/dev/pulse/pool/restore.lua");

    /** What came of a script. */
    record Result(String word, int image) {}

    /** Images broke an invariant. */
    static final class Violation extends Exception {
        private static final long serialVersionUID = 1;

        Violation(String message) {
            super(message);
        }
    }

    private final RespClient raw;
    private final PoolKeys keys;
    private final WalkCall.Bindings bindings;
    private final Map<RedisImage, Integer> numbers = new HashMap<>();
    private final List<RedisImage> images = new ArrayList<>();
    private final Map<WalkCall, Integer> callNumbers = new HashMap<>();
    private final List<WalkCall> calls = new ArrayList<>();
    private final Map<Long, Result> results = new HashMap<>();
    private final Map<String, Integer> changes = new HashMap<>();
    private final boolean versions;
    private final int empty;
    private int present = -1;
    private long runs;

    /**
     * For a pool that was just opened.
     *
     * @param versions whether the versions of rings count: they do if a script may know an older one
     */
    ScriptMemory(Redis redis, RespClient raw, PoolKeys keys, boolean versions) throws Violation {
        this.raw = raw;
        this.keys = keys;
        this.versions = versions;
        this.bindings = new WalkCall.Bindings(redis, keys);
        empty = look(0);
    }

    private static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(ScriptMemory.class.getResourceAsStream(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The image of a pool that was just opened. */
    int empty() {
        return empty;
    }

    RedisImage image(int number) {
        return images.get(number);
    }

    WalkCall call(int number) {
        return calls.get(number);
    }

    /** A number for a call, the same for the same one. */
    int number(WalkCall call) {
        Integer number = callNumbers.putIfAbsent(call, calls.size());
        if (number == null) {
            calls.add(call);
            return calls.size() - 1;
        }
        return number;
    }

    /** How many scripts were run. */
    long runs() {
        return runs;
    }

    /** How many images there are. */
    int size() {
        return images.size();
    }

    /** What a call does to an image. */
    Result run(int image, WalkCall call) throws Violation {
        long pair = (long) image << 32 | number(call);
        Result known = results.get(pair);
        if (known == null) {
            known = runNow(image, call);
            results.put(pair, known);
        }
        return known;
    }

    private Result runNow(int image, WalkCall call) throws Violation {
        RedisImage before = images.get(image);
        if (present != image) {
            List<String> restore = new ArrayList<>(List.of("EVAL", RESTORE, "0", keys.prefix()));
            restore.addAll(before.restoring());
            raw.call(restore.toArray(String[]::new));
        }
        runs++;
        try {
            present = -1;
            String word = call.run(bindings, before);
            int after = look(before.lastToken());
            if (after == image) {
                // else there are tokens and times of now, which an image does not have
                present = image;
            }
            return new Result(word, after);
        } catch (Violation e) {
            throw new Violation(call + ": " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            throw new IllegalStateException(call + " on " + before, e);
        }
    }

    /** The number of the image of what stands in Redis now. */
    private int look(int lastToken) throws Violation {
        PoolSnapshot snapshot = PoolSnapshot.of(raw, keys);
        RedisImage image = RedisImage.of(snapshot, lastToken, versions);
        if (!numbers.containsKey(image)) {
            List<String> violations = PoolInvariants.violations(snapshot);
            if (!violations.isEmpty()) {
                throw new Violation(violations.toString());
            }
        }
        return number(image);
    }

    private int number(RedisImage image) {
        Integer number = numbers.putIfAbsent(image, images.size());
        if (number == null) {
            images.add(image);
            return images.size() - 1;
        }
        return number;
    }

    /** What a change without a script makes of an image; changes of the same name are the same. */
    int change(int image, String name, UnaryOperator<RedisImage> change) {
        return changes.computeIfAbsent(name + image, same -> number(change.apply(images.get(image))));
    }

    @Override
    public String toString() {
        return runs + " scripts run, " + images.size() + " images, " + calls.size() + " calls";
    }
}
