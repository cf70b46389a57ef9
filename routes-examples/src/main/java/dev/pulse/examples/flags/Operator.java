package dev.pulse.examples.flags;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Body;
import org.apache.camel.Header;

/** Flips the flag, and measures until when each shop follows. Thread-safe. */
public final class Operator {
    private final Map<String, Integer> followed = new ConcurrentHashMap<>();
    private final Map<String, Duration> latest = new ConcurrentHashMap<>();
    private final LongAdder seconds = new LongAdder();
    private volatile Flip flip = new Flip(0, System.nanoTime());

    private record Flip(int number, long at) {
        String value() {
            return number % 2 == 1 ? "on" : "off";
        }
    }

    Operator() {}

    /** What the flag is to be now. */
    public String flip() {
        flip = new Flip(flip.number() + 1, System.nanoTime());
        return flip.value();
    }

    /** A shop has the flag. */
    public void follows(@Header("CamelPulseKey") String shop, @Body String value) {
        Flip current = flip;
        if (value.equals(current.value())) {
            followed.put(shop, current.number());
            latest.put(shop, Duration.ofNanos(System.nanoTime() - current.at()));
        }
    }

    /** The rate limit begins anew. */
    public void secondBegins() {
        seconds.increment();
    }

    int flips() {
        return flip.number();
    }

    long seconds() {
        return seconds.sum();
    }

    /** Whether this shop has the flag as it was last flipped. */
    boolean isFollowedBy(String shop) {
        return followed.getOrDefault(shop, 0) == flip.number();
    }

    /** How long each shop took to follow the last flip that it followed, in milliseconds. */
    Map<String, Double> millis() {
        Map<String, Double> millis = new TreeMap<>();
        latest.forEach((shop, took) -> millis.put(shop, took.toNanos() / 100_000 / 10.0));
        return millis;
    }
}
