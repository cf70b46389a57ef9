package dev.pulse.examples.tasks;

import dev.pulse.Pulse;
import dev.pulse.examples.Language;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;

/** A studio as Camel routes. */
final class CamelStudio implements Studio {
    private final Pulse pulse;
    private final DefaultCamelContext context = new DefaultCamelContext();

    CamelStudio(Language language, Pulse pulse, String name, World world) throws Exception {
        this.pulse = pulse;
        context.getCamelContextExtension().setName(name);
        // the only Pulse in the registry: all pulse endpoints use it
        context.getRegistry().bind("pulse", pulse);
        ProducerTemplate template = context.createProducerTemplate();
        context.getRegistry()
                .bind("pollers", new Pollers(name, world, picture -> template.sendBody("direct:picture", picture)));
        context.getRegistry().bind("darkroom", new Darkroom(name, world));
        context.getShutdownStrategy().setTimeout(TasksExample.WIND_UP.toSeconds());
        language.add(context, new StudioRoutes(), "tasks/studio.yaml");
        context.start();
    }

    @Override
    public void close() {
        context.stop();
        pulse.close();
    }
}
