package dev.pulse.examples.signup;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import dev.pulse.examples.ExampleStreams;
import dev.pulse.examples.Language;
import dev.pulse.examples.SecondProcess;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Runs the website with mailers of its own, prints each second how far everybody is, and in the end whether all is well.
 * More mailers can work in other processes; see {@link MailHelper}.
 */
public final class SignUpExample implements Example {
    static final String[] STREAMS = {"examples:users", "examples:mails", "examples:domains"};
    private static final Duration WIND_UP = Duration.ofSeconds(20);

    private final Language language;
    private final Ledger ledger = new Ledger();
    private final Postmaster postmaster = new Postmaster();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private SignUpExample(Language language) {
        this.language = language;
    }

    /** With the routes of {@link WebsiteRoutes} and {@link MailRoutes}. */
    public static SignUpExample inJava() {
        return new SignUpExample(Language.JAVA);
    }

    /** With the routes of {@code website.yaml} and {@code mail.yaml}. */
    public static SignUpExample inYaml() {
        return new SignUpExample(Language.YAML);
    }

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            // one of the user's own may have a password in its URI
            say(
                    "More mailers, in a second terminal: %s%s",
                    redis.isEmbedded() ? "PULSE_REDIS_URI=" + redis.uri() + " " : "",
                    String.join(" ", SecondProcess.command("signup-mailer")));
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        say("People sign up, two mailers share the greetings, others look on. Routes in %s. Ctrl-C ends it.", language);
        try (Pulse pulse = Pulse.connect(redisUri)) {
            ExampleStreams.clear(pulse, STREAMS);
            work(pulse, length);
            ExampleStreams.clear(pulse, STREAMS);
        }
        return summary();
    }

    private void work(Pulse pulse, Duration length) throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setName("website");
            // the only Pulse in the registry: all pulse endpoints use it
            context.getRegistry().bind("pulse", pulse);
            context.getRegistry().bind("visitors", new Visitors());
            context.getRegistry().bind("mailServer", new MailServer());
            context.getRegistry().bind("postmaster", postmaster);
            context.getRegistry().bind("ledger", ledger);
            context.getShutdownStrategy().setTimeout(WIND_UP.toSeconds());
            language.add(context, new MailRoutes(), "signup/mail.yaml");
            language.add(context, new WebsiteRoutes(), "signup/website.yaml");
            context.start();
            watch(length);
            context.getRouteController().stopRoute("visitors");
            awaitAllDone();
        }
    }

    private void watch(Duration length) throws InterruptedException {
        for (long second = 0; second < length.toSeconds(); second++) {
            say(
                    "%3ds  signed up %4d   greeted %4d %s   given up %d, replayed %d   calls to those who pay %3d",
                    second,
                    ledger.publishedCount(),
                    ledger.greetedCount(),
                    ledger.mailsBy(),
                    postmaster.seenCount(),
                    postmaster.replayedCount(),
                    ledger.soldCount());
            if (stopped.await(1, TimeUnit.SECONDS)) {
                return;
            }
        }
    }

    private void awaitAllDone() throws InterruptedException {
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        while (ledger.missing() > 0 && System.nanoTime() - deadline < 0) {
            Thread.sleep(50);
        }
    }

    private boolean summary() {
        say(
                "published: %d, handled: %d, dead: %d, replayed: %d, lost: %d",
                ledger.publishedCount(),
                ledger.greetedCount(),
                postmaster.seenCount(),
                postmaster.replayedCount(),
                ledger.missing());
        say(
                "greeted by %s, written down in %d groups; greeted twice: %d; the projection knows %d",
                ledger.mailsBy(), ledger.groupCount(), ledger.againCount(), ledger.knownCount());
        return ledger.publishedCount() > 0 && ledger.missing() == 0;
    }

    Ledger ledger() {
        return ledger;
    }

    Postmaster postmaster() {
        return postmaster;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
