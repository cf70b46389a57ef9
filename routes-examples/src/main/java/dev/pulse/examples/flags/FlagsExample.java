package dev.pulse.examples.flags;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.Language;
import dev.pulse.examples.SecondProcess;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Runs a shop and its operator here, and a {@link SecondShop} in a process of its own; prints each second what they do, and
 * in the end whether both kept to the flag and to the limit.
 */
public final class FlagsExample implements Example {
    static final String NAME = "shop-1";
    private static final List<String> MAPS = List.of("flags", "following", "limits", "prices", "tally");
    private static final int CALLS_A_SECOND = 20;
    private static final Duration WIND_UP = Duration.ofSeconds(20);

    private final Language language;
    private final Operator operator = new Operator();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Tally tally = new Tally(0, 0, 0, 0, 0, 0);

    private FlagsExample(Language language) {
        this.language = language;
    }

    /** With the routes of {@link ShopRoutes} and {@link OperatorRoutes}. */
    public static FlagsExample inJava() {
        return new FlagsExample(Language.JAVA);
    }

    /** With the routes of {@code shop.yaml} and {@code operator.yaml}. */
    public static FlagsExample inYaml() {
        return new FlagsExample(Language.YAML);
    }

    /** What the shops have counted, all of them together where no shop is named. */
    record Tally(long old1, long new1, long old2, long new2, long calls, long lookUps) {
        static Tally of(ReplicatedMap<String> map) {
            return new Tally(
                    count(map, NAME + "/old"),
                    count(map, NAME + "/new"),
                    count(map, SecondShop.NAME + "/old"),
                    count(map, SecondShop.NAME + "/new"),
                    count(map, "calls"),
                    count(map, "look-ups"));
        }

        private static long count(ReplicatedMap<String> map, String key) {
            String count = map.get(key);
            return count == null ? 0 : Long.parseLong(count);
        }

        long orders() {
            return old1 + new1 + old2 + new2;
        }

        boolean bothWaysInBothShops() {
            return old1 > 0 && new1 > 0 && old2 > 0 && new2 > 0;
        }
    }

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        say("Two shops, in two processes, follow a flag. Routes in %s. Ctrl-C ends it.", language);
        try (Pulse pulse = Pulse.connect(redisUri)) {
            destroyMaps(pulse);
            Process second = secondShop(redisUri);
            try {
                boolean followed = work(pulse, length, second);
                destroyMaps(pulse);
                second.waitFor(WIND_UP.toSeconds(), TimeUnit.SECONDS);
                return summary(followed);
            } finally {
                second.destroyForcibly().waitFor();
                // it may have written until its end
                destroyMaps(pulse);
            }
        }
    }

    private static Process secondShop(String redisUri) throws IOException {
        ProcessBuilder java = new ProcessBuilder(SecondProcess.command("flags-shop")).inheritIO();
        java.environment().put("PULSE_REDIS_URI", redisUri);
        return java.start();
    }

    private static void destroyMaps(Pulse pulse) throws InterruptedException {
        for (String name : MAPS) {
            try (ReplicatedMap<byte[]> map = pulse.map("examples:" + name, Codecs.bytes())) {
                map.destroy();
            }
        }
    }

    private boolean work(Pulse pulse, Duration length, Process second) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext();
                ReplicatedMap<String> counts = pulse.map("examples:tally", Codecs.string())) {
            context.getCamelContextExtension().setName(NAME);
            // the only Pulse in the registry: all pulse endpoints use it
            context.getRegistry().bind("pulse", pulse);
            context.getRegistry().bind("shop", new Shop());
            context.getRegistry().bind("operator", operator);
            context.getShutdownStrategy().setTimeout(WIND_UP.toSeconds());
            language.add(context, new ShopRoutes(), "flags/shop.yaml");
            language.add(context, new OperatorRoutes(), "flags/operator.yaml");
            context.start();
            watch(length, counts);
            context.getRouteController().stopRoute("flips");
            boolean followed = awaitFollowed(second);
            context.stop();
            tally = Tally.of(counts);
            return followed;
        }
    }

    private void watch(Duration length, ReplicatedMap<String> counts) throws InterruptedException {
        for (long second = 0; second < length.toSeconds(); second++) {
            tally = Tally.of(counts);
            say(
                    "%3ds  flipped %2d, followed within ms %s   old/new checkout: %s %d/%d, %s %d/%d   calls %d   prices looked up %d",
                    second,
                    operator.flips(),
                    operator.millis(),
                    NAME,
                    tally.old1(),
                    tally.new1(),
                    SecondShop.NAME,
                    tally.old2(),
                    tally.new2(),
                    tally.calls(),
                    tally.lookUps());
            if (stopped.await(1, TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    /** A second shop that Ctrl-C has ended follows no more. */
    private boolean awaitFollowed(Process second) throws InterruptedException {
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        boolean followed = false;
        while (!followed && System.nanoTime() - deadline < 0) {
            Thread.sleep(20);
            followed = operator.isFollowedBy(NAME) && (operator.isFollowedBy(SecondShop.NAME) || !second.isAlive());
        }
        return followed;
    }

    private boolean summary(boolean followed) {
        // one more second was begun, and one may be counted a moment late
        long allowed = CALLS_A_SECOND * (operator.seconds() + 2);
        say(
                "orders: %d, flips: %d, the last one %s; calls: %d of at most %d; prices looked up: %d",
                tally.orders(),
                operator.flips(),
                followed ? "followed by all" : "NOT followed by all",
                tally.calls(),
                allowed,
                tally.lookUps());
        return followed && tally.orders() > 0 && tally.calls() <= allowed;
    }

    Operator operator() {
        return operator;
    }

    Tally tally() {
        return tally;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
