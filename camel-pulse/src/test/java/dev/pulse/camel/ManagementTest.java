package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.testing.PulseTest;
import java.util.List;
import javax.management.ObjectName;
import org.apache.camel.test.junit5.TestExecutionConfiguration;

/** What JMX shows. */
class ManagementTest extends RoutesTest {
    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        super.configureTest(configuration);
        configuration.withJMX(true);
    }

    @PulseTest
    void headersThatAreLeftOutAreCounted() throws Exception {
        route(r -> r.from("direct:in").to("pulse-stream:" + stream));
        for (int i = 0; i < 3; i++) {
            template.sendBodyAndHeader("direct:in", "a", "items", List.of("x"));
        }
        var server = context.getManagementStrategy().getManagementAgent().getMBeanServer();
        var endpoints =
                server.queryNames(new ObjectName("org.apache.camel:type=endpoints,name=\"pulse-stream:*\",*"), null);
        assertThat(endpoints).hasSize(1);
        assertThat(server.getAttribute(endpoints.iterator().next(), "HeadersLeftOut"))
                .isEqualTo(3L);
    }
}
