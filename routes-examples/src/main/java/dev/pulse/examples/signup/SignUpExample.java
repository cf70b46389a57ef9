package dev.pulse.examples.signup;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Runs the routes: makes people sign up, prints each second how far everybody is, and in the end whether all is well. */
public final class SignUpExample implements Example {
    private static final Duration BETWEEN_SIGN_UPS = Duration.ofMillis(40);
    private static final Duration WIND_UP = Duration.ofSeconds(15);
    private static final List<String> NAMES =
            List.of("Ada", "Alan", "Barbara", "Dennis", "Edsger", "Grace", "Katherine", "Ken", "Leslie", "Radia");

    /** Adds routes to a context. */
    @FunctionalInterface
    private interface Routes {
        void addTo(CamelContext context) throws Exception;
    }

    private final String language;
    private final Routes routes;
    private final Ledger ledger = new Ledger();
    private final UserList users = new UserList();
    private final CountDownLatch stopped = new CountDownLatch(1);

    private SignUpExample(String language, Routes routes) {
        this.language = language;
        this.routes = routes;
    }

    /** With the routes of {@link SignUpRoutes}. */
    public static SignUpExample inJava() {
        RoutesBuilder builder = new SignUpRoutes();
        return new SignUpExample("Java DSL", context -> context.addRoutes(builder));
    }

    /** With the routes of {@code signup.yaml}. */
    public static SignUpExample inYaml() {
        return new SignUpExample(
                "YAML",
                context -> PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:signup/signup.yaml")));
    }

    @Override
    public boolean run(Duration length) throws Exception {
        try (ExampleRedis redis = ExampleRedis.open()) {
            return run(length, redis.uri());
        }
    }

    boolean run(Duration length, String redisUri) throws Exception {
        try (Pulse pulse = Pulse.connect(redisUri);
                DefaultCamelContext context = new DefaultCamelContext()) {
            // the only Pulse in the registry: all pulse endpoints use it
            context.getRegistry().bind("pulse", pulse);
            context.getRegistry().bind("mailer", new Mailer(ledger));
            context.getRegistry().bind("users", users);
            context.getShutdownStrategy().setTimeout(WIND_UP.toSeconds());
            routes.addTo(context);
            context.start();
            say(
                    "Sign-ups on a stream, two mailers share them, a projection follows. Routes in %s. Ctrl-C ends it.",
                    language);
            signUpUntil(System.nanoTime() + length.toNanos(), context);
            awaitAllGreeted();
        }
        return summary();
    }

    private void signUpUntil(long end, CamelContext context) throws Exception {
        long started = System.nanoTime();
        long nextLine = started;
        try (ProducerTemplate template = context.createProducerTemplate()) {
            for (long user = 1; System.nanoTime() - end < 0; user++) {
                signUp(template, user);
                if (System.nanoTime() - nextLine >= 0) {
                    line(Duration.ofNanos(System.nanoTime() - started));
                    nextLine += Duration.ofSeconds(1).toNanos();
                }
                if (stopped.await(BETWEEN_SIGN_UPS.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        }
    }

    private void signUp(ProducerTemplate template, long number) {
        // also unlike those of earlier runs on the same Redis
        long user = TimeUnit.SECONDS.toNanos(System.currentTimeMillis() / 1_000) + number;
        String name = NAMES.get((int) (number % NAMES.size())) + " " + number;
        String mail = name.toLowerCase(Locale.ROOT).replace(' ', '.') + "@example.org";
        try {
            template.sendBody("direct:sign-up", new SignUp(user, name, mail));
            ledger.published(user);
        } catch (CamelExecutionException e) {
            // only while it is being stopped: that user was told that signing up failed
            say("%s could not sign up: %s", name, e);
        }
    }

    private void awaitAllGreeted() throws InterruptedException {
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        while (ledger.missing() > 0 && System.nanoTime() < deadline) {
            Thread.sleep(50);
        }
    }

    private void line(Duration since) {
        say(
                "%3ds  signed up %4d (newest: %s)   mails sent %4d %s   projection knows %4d",
                since.toSeconds(),
                ledger.publishedCount(),
                users.newest(),
                ledger.greetedCount(),
                ledger.mailsByMailer(),
                users.size());
    }

    private boolean summary() {
        say(
                "published: %d, handled: %d, lost: %d   (mail server refused %d, all tried again; mailed twice: %d)",
                ledger.publishedCount(),
                ledger.greetedCount(),
                ledger.missing(),
                ledger.refusedCount(),
                ledger.againCount());
        return ledger.publishedCount() > 0 && ledger.missing() == 0;
    }

    private static void say(String format, Object... arguments) {
        System.out.println(String.format(Locale.ROOT, format, arguments));
    }

    Ledger ledger() {
        return ledger;
    }

    UserList users() {
        return users;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
