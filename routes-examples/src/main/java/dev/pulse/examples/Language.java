package dev.pulse.examples;

import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** What the routes of an example are written in. */
public enum Language {
    JAVA("Java DSL") {
        @Override
        public void add(CamelContext context, RoutesBuilder java, String yaml) throws Exception {
            context.addRoutes(java);
        }
    },
    YAML("YAML") {
        @Override
        public void add(CamelContext context, RoutesBuilder java, String yaml) throws Exception {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:" + yaml));
        }
    };

    private final String words;

    Language(String words) {
        this.words = words;
    }

    /**
     * Adds routes that are there in both languages.
     *
     * @param yaml the file with those in YAML, on the class path
     */
    public abstract void add(CamelContext context, RoutesBuilder java, String yaml) throws Exception;

    @Override
    public String toString() {
        return words;
    }
}
