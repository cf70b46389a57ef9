package dev.pulse.camel.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.PulseException;
import dev.pulse.camel.RoutesTest;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeAll;

class MapRestartRouteTest extends RoutesTest {
    @BeforeAll
    static void keepWhatIsWritten() {
        redis.close();
        redis = ChosenRedis.start(EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS));
    }

    @PulseTest
    void readsGoOnWhileRedisIsAwayAndEverythingElseWhenItIsBack() throws Exception {
        route(r -> r.from("pulse-map:" + stream + "?codec=string").to("mock:end"));
        route(r -> r.from("direct:set").to("pulse-map:" + stream + "?operation=setAndWait&key=a&commandTimeout=1s"));
        route(r -> r.from("direct:get").to("pulse-map:" + stream + "?codec=string&key=a&commandTimeout=1s"));
        template.sendBody("direct:set", "1");
        awaitBodies("1");
        assertThat(template.requestBody("direct:get", "")).isEqualTo("1");
        redis.kill();
        Exchange failed = template.send("direct:set", e -> e.getIn().setBody("lost"));
        assertThat(failed.getException()).isInstanceOf(PulseException.class);
        assertThat(template.requestBody("direct:get", "")).isEqualTo("1");
        redis.restart();
        await().until(() ->
                template.send("direct:set", e -> e.getIn().setBody("2")).getException() == null);
        await().untilAsserted(() -> assertThat(bodies()).endsWith("2"));
        assertThat(template.requestBody("direct:get", "")).isEqualTo("2");
    }

    @PulseTest
    void errorHandlerOfTheRouteIsToldThatRedisIsAway() throws Exception {
        route(r -> r.from("pulse-map:" + stream + "?codec=string&bridgeErrorHandler=true&checkPeriod=100ms")
                .onException(Exception.class)
                .handled(true)
                .to("mock:errors")
                .end()
                .to("mock:end"));
        redis.kill();
        await().until(() -> getMockEndpoint("mock:errors").getReceivedCounter() > 0);
        redis.restart();
        await().until(() -> template.send(
                                "pulse-map:" + stream + "?operation=set&key=a",
                                e -> e.getIn().setBody("1"))
                        .getException()
                == null);
        awaitBodies("1");
    }
}
