package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.PoolSettings;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;

/** What endpoints of one pool have in common. */
class SharedPoolsRouteTest extends PoolRoutesTest {
    private long nodes() {
        return pulse.health().loops().stream()
                .filter(loop -> loop.name().equals("pool " + stream))
                .count();
    }

    @PulseTest
    void endpointsOfOnePoolShareANodeWhichGoesWithTheLastOfThem() throws Exception {
        context.getComponent("pulse-pool", PulsePoolComponent.class)
                .getConfiguration()
                .setClient(pulse);
        work("a");
        work("b");
        route(r -> r.from("direct:in").routeId("c").to(pool("key=RAW(${body})")));
        template.sendBody("direct:in", "ann");
        awaitEvents("start ann");
        // the test's own, and theirs
        assertThat(nodes()).isEqualTo(2);
        for (String route : List.of("a", "b", "c")) {
            assertThat(nodes()).isEqualTo(2);
            stopRoute(route);
        }
        await().until(() -> nodes() == 1);
        int before = seen().size();
        context.getRouteController().startRoute("a");
        assertThat(nodes()).isEqualTo(2);
        await().until(() -> seen().size() == before + 1);
    }

    @PulseTest
    void producersThatWaitForAnotherTimeHaveANodeOfTheirOwn() throws Exception {
        context.getComponent("pulse-pool", PulsePoolComponent.class)
                .getConfiguration()
                .setClient(pulse);
        work("a");
        route(r -> r.from("direct:in").to(pool("key=ann", "dispatchTimeout=5s")));
        assertThat(nodes()).isEqualTo(3);
    }

    @PulseTest
    void wishesAreInForceForTheWholePool() throws Exception {
        work("a", "lease=5s", "stopTimeout=1s", "deadRetention=2d", "deadLimit=8");
        route(r -> r.from("direct:in").to(pool("key=ann", "queueLimit=7", "outcomeRetention=1m", "lease=5s")));
        assertThat(client.settings())
                .isEqualTo(PoolSettings.DEFAULTS
                        .withLease(Duration.ofSeconds(5))
                        .withStopTimeout(Duration.ofSeconds(1))
                        .withQueueLimit(7)
                        .withOutcomeRetention(Duration.ofMinutes(1))
                        .withDeadRetention(Duration.ofDays(2))
                        .withDeadLimit(8));
    }

    @PulseTest
    void whoWishesNothingAdoptsWhatIsThere() throws Exception {
        client.changeSettings(settings -> settings.withQueueLimit(9));
        work("a");
        assertThat(client.settings().queueLimit()).isEqualTo(9);
    }

    @PulseTest
    void wishesThatContradictAreRefusedUntilTheOtherRouteIsGone() throws Exception {
        work("a", "lease=5s");
        assertThatThrownBy(() -> work("b", "lease=6s"))
                .isInstanceOf(FailedToStartRouteException.class)
                .hasMessageContaining(
                        "lease is the same at all endpoints of pool " + stream + " in a context, was PT6S and PT5S");
        assertThat(client.settings().lease()).isEqualTo(Duration.ofSeconds(5));
        stopRoute("a");
        work("c", "lease=6s");
        assertThat(client.settings().lease()).isEqualTo(Duration.ofSeconds(6));
    }

    @PulseTest
    void settingsAreChangedByAMessageWhateverOthersWished() throws Exception {
        work("a", "queueLimit=7");
        route(r -> r.from("direct:more").to(pool("operation=changeSettings", "queueLimit=9", "lease=5s")));
        assertThat(client.settings().queueLimit()).isEqualTo(7);
        PoolSettings wished = PoolSettings.DEFAULTS.withQueueLimit(9).withLease(Duration.ofSeconds(5));
        assertThat(template.requestBody("direct:more", "x")).isEqualTo(wished);
        assertThat(client.settings()).isEqualTo(wished);
        Exchange byHeader = template.send(
                pool("queueLimit=7"), e -> e.getIn().setHeader(PulseConstants.OPERATION, "changeSettings"));
        assertThat(byHeader.getException()).isNull();
        assertThat(client.settings()).isEqualTo(wished.withQueueLimit(7));
        assertThat(template.send(pool(), e -> e.getIn().setHeader(PulseConstants.OPERATION, "changeSettings"))
                        .getException())
                .hasMessageContaining("operation changeSettings needs an option that says what to change");
    }
}
