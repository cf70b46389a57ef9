package dev.pulse.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.camel.stream.PulseStreamComponent;
import dev.pulse.embedded.EmbeddedRedis;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spring.SpringCamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Endpoints in a context of Spring. */
class SpringTest {
    @Test
    void endpointsUseThePulseOfSpringWhichOutlivesThem() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext()) {
            spring.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("test", Map.of("redis.uri", redis.uri())));
            spring.register(SpringSnippets.class);
            spring.refresh();
            Pulse pulse = spring.getBean(Pulse.class);
            // as Camel's starter for Spring Boot makes it, which adds the routes that are beans
            try (SpringCamelContext camel = new SpringCamelContext(spring)) {
                RouteBuilder.addRoutes(camel, spring.getBean(LambdaRouteBuilder.class));
                RouteBuilder.addRoutes(
                        camel, routes -> routes.from("direct:send-mail").to("mock:sent"));
                camel.start();
                MockEndpoint sent = camel.getEndpoint("mock:sent", MockEndpoint.class);
                sent.expectedBodiesReceived("ada@example.org");
                assertThat(pulse.health().loops()).extracting(Health.Loop::name).contains("sink users/mails read");
                camel.createProducerTemplate().sendBody("pulse-stream:users", "ada@example.org");
                sent.assertIsSatisfied(20_000);
            }
            assertThat(pulse.stream("users").snapshot()).hasSize(1);
        }
    }

    @Test
    void aComponentThatIsABeanOfTheNameOfItsSchemeIsUsed() throws Exception {
        try (AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext()) {
            PulseStreamComponent component = new PulseStreamComponent();
            component.getConfiguration().setCodec("json");
            spring.registerBean("pulse-stream", PulseStreamComponent.class, () -> component);
            spring.refresh();
            try (SpringCamelContext camel = new SpringCamelContext(spring)) {
                PulseEndpoint endpoint = camel.getEndpoint("pulse-stream:users", PulseEndpoint.class);
                assertThat(endpoint.getConfiguration().getCodec()).isEqualTo("json");
            }
        }
    }

    @Test
    void theVersionOfJedisThatIsToBePinnedIsTheOneThatIsUsed() {
        Pattern version = Pattern.compile("<jedis\\.version>(.+)</jedis\\.version>");
        Matcher here = version.matcher(Pages.text(Pages.ROOT.resolve("pom.xml")));
        Matcher told = version.matcher(Pages.text(Pages.ROOT.resolve("camel-pulse/README.md")));
        assertThat(here.find() && told.find()).isTrue();
        assertThat(told.group(1)).isEqualTo(here.group(1));
    }
}
