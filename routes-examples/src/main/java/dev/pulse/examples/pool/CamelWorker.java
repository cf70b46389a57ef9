package dev.pulse.examples.pool;

import dev.pulse.Pulse;
import dev.pulse.examples.Language;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;

/** A worker as Camel routes. Closing it hands its jobs over. */
final class CamelWorker implements AutoCloseable {
    private final DefaultCamelContext context = new DefaultCamelContext();

    CamelWorker(Language language, Pulse pulse) throws Exception {
        context.getCamelContextExtension().setName("worker");
        // the only Pulse in the registry: all pulse endpoints use it
        context.getRegistry().bind("pulse", pulse);
        ProducerTemplate template = context.createProducerTemplate();
        context.getRegistry()
                .bind(
                        "mailer",
                        new Mailer((mail, token) -> template.sendBodyAndHeader("direct:mail", mail, "token", token)));
        context.getShutdownStrategy().setTimeout(PoolExample.WIND_UP.toSeconds());
        language.add(context, new WorkerRoutes(), "pool/worker.yaml");
        context.start();
    }

    @Override
    public void close() {
        context.stop();
    }
}
