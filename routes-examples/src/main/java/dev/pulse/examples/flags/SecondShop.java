package dev.pulse.examples.flags;

import dev.pulse.Pulse;
import dev.pulse.examples.Example;
import dev.pulse.examples.ExampleRedis;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** The shop in the other process, which a {@link FlagsExample} starts. It ends with that, or when its time is over. */
public final class SecondShop implements Example {
    static final String NAME = "shop-2";

    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public boolean run(Duration length) throws Exception {
        try (Pulse pulse = Pulse.connect(ExampleRedis.requireGiven());
                DefaultCamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setName(NAME);
            context.getRegistry().bind("pulse", pulse);
            context.getRegistry().bind("shop", new Shop());
            context.addRoutes(new ShopRoutes());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pulse-map:examples:flags?kinds=destroy").process(exchange -> stop());
                }
            });
            context.start();
            stopped.await(length.toMillis(), TimeUnit.MILLISECONDS);
        }
        return true;
    }

    @Override
    public void stop() {
        stopped.countDown();
    }
}
