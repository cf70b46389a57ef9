package dev.pulse.examples.signup;

import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** What the routes are written in. */
enum Language {
    JAVA("Java DSL") {
        @Override
        void addWebsite(CamelContext context) throws Exception {
            context.addRoutes(new WebsiteRoutes());
        }

        @Override
        void addMailers(CamelContext context) throws Exception {
            context.addRoutes(new MailRoutes());
        }
    },
    YAML("YAML") {
        @Override
        void addWebsite(CamelContext context) throws Exception {
            load(context, "website.yaml");
        }

        @Override
        void addMailers(CamelContext context) throws Exception {
            load(context, "mail.yaml");
        }

        private static void load(CamelContext context, String file) throws Exception {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.resolveMandatoryResource(context, "classpath:signup/" + file));
        }
    };

    private final String words;

    Language(String words) {
        this.words = words;
    }

    abstract void addWebsite(CamelContext context) throws Exception;

    abstract void addMailers(CamelContext context) throws Exception;

    @Override
    public String toString() {
        return words;
    }
}
