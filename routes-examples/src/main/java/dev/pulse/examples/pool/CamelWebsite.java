package dev.pulse.examples.pool;

import dev.pulse.Pulse;
import dev.pulse.examples.Language;
import dev.pulse.examples.signup.Visitors;
import org.apache.camel.impl.DefaultCamelContext;

/** The website as Camel routes. */
final class CamelWebsite implements Website {
    private final DefaultCamelContext context = new DefaultCamelContext();

    CamelWebsite(Language language, Pulse pulse, Ledger ledger, Pace pace) throws Exception {
        context.getCamelContextExtension().setName("website");
        // the only Pulse in the registry: all pulse endpoints use it
        context.getRegistry().bind("pulse", pulse);
        context.getRegistry().bind("visitors", new Visitors());
        context.getRegistry().bind("ledger", ledger);
        context.getRegistry().bind("pace", pace);
        context.getShutdownStrategy().setTimeout(PoolExample.WIND_UP.toSeconds());
        language.add(context, new WebsiteRoutes(), "pool/website.yaml");
        context.start();
    }

    @Override
    public void closeDoors() throws Exception {
        context.getRouteController().stopRoute("visitors");
    }

    @Override
    public void close() {
        context.stop();
    }
}
