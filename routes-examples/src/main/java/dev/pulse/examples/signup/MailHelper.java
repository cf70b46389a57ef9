package dev.pulse.examples.signup;

import static dev.pulse.examples.Console.say;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * More mailers, for a {@link SignUpExample} in another process. It can come and go, and be killed: what it had begun is
 * done by others. It ends with the other, or when its time is over.
 */
public final class MailHelper implements Example {
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public boolean run(Duration length) throws Exception {
        return run(length, ExampleRedis.requireGiven());
    }

    boolean run(Duration length, String redisUri) throws Exception {
        try (Pulse pulse = Pulse.builder()
                        .uri(redisUri)
                        .clientName("helper")
                        .listener(this::endWithTheStreams)
                        .connect();
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setName("helper");
            context.getRegistry().bind("pulse", pulse);
            context.getRegistry().bind("mailServer", new MailServer());
            context.addRoutes(new MailRoutes());
            context.start();
            say("Two more mailers are at work. Ctrl-C ends it; the other process goes on.");
            stopped.await(length.toMillis(), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    private void endWithTheStreams(PulseEvent event) {
        if (event instanceof PulseEvent.StreamDestroyed) {
            stop();
        }
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
