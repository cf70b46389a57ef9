package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.testing.PulseTest;
import org.apache.camel.CamelContext;
import org.apache.camel.support.PluginHelper;

class YamlRoutesTest extends RoutesTest {
    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        created.getPropertiesComponent().addInitialProperty("stream", stream);
    }

    @PulseTest
    void publishAndSinkRoutesWorkInYaml() throws Exception {
        PluginHelper.getRoutesLoader(context)
                .loadRoutes(PluginHelper.getResourceLoader(context).resolveResource("classpath:routes/orders.yaml"));
        template.sendBody("direct:orders", "a");
        template.sendBody("direct:orders", "b");
        awaitBodies("a", "b");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeader(PulseConstants.EVENT_NAME))
                .isEqualTo("order.placed");
        awaitNothingPending("mails");
    }
}
