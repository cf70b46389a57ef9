package dev.pulse.camel.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.console.DevConsole;
import org.apache.camel.console.DevConsoleResolver;
import org.apache.camel.util.json.JsonObject;
import org.apache.camel.util.json.Jsoner;
import org.junit.jupiter.api.BeforeAll;

/** What Camel's developer console shows. */
class ConsoleTest extends RoutesTest {
    @BeforeAll
    static void keepWhatIsWritten() {
        redis.close();
        redis = ChosenRedis.start(EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS));
    }

    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        created.setDevConsole(true);
    }

    private DevConsole console() {
        return context.getCamelContextExtension()
                .getContextPlugin(DevConsoleResolver.class)
                .resolveDevConsole("pulse");
    }

    private JsonObject json(String... options) {
        Map<String, Object> given = options.length == 0 ? Map.of() : Map.of(options[0], options[1]);
        return (JsonObject) console().call(DevConsole.MediaType.JSON, given);
    }

    private static JsonObject only(JsonObject all, String section) {
        List<?> rows = (List<?>) requireNonNull(all.get(section), section);
        assertThat(rows).as(section).hasSize(1);
        return (JsonObject) rows.getFirst();
    }

    private void routes() throws Exception {
        route(r -> r.from("pulse-stream:" + stream + "?startAt=oldest").to("mock:read"));
        route(r -> r.from("pulse-sink:" + stream + "/mails?ackMode=manual").to("mock:end"));
        route(r -> r.from("pulse-map:" + stream).to("mock:changes"));
        route(r -> r.from("pulse-pool:" + stream).to("mock:jobs"));
        route(r -> r.from("direct:job").to("pulse-pool:" + stream + "?key=ann"));
        route(r -> r.from("direct:set").to("pulse-map:" + stream + "?operation=setAndWait&key=k"));
        add("a", "b");
        template.sendBody("direct:job", "x");
        template.sendBody("direct:set", "x");
        await().until(() ->
                mock().getReceivedCounter() == 2 && getMockEndpoint("mock:read").getReceivedCounter() == 2);
    }

    @PulseTest
    void streamsSinksMapsAndPoolsAreShown() throws Exception {
        routes();
        JsonObject all = json("jobs", "10");
        assertThat(Jsoner.serialize(all)).contains("\"lag\"");
        assertThat(only(all, "engines"))
                .containsEntry("redis", redis.uri())
                .containsEntry("status", "UP")
                .containsKeys("commandMedianMicros", "commandP99Micros");
        assertThat(only(all, "streams")).containsEntry("name", stream).containsEntry("length", 2L);
        JsonObject group = only(only(all, "streams"), "sinks");
        assertThat(group).containsEntry("name", "mails").containsEntry("pending", 2L);
        assertThat(only(all, "readers")).containsEntry("stream", stream).containsEntry("behind", 0L);
        assertThat(only(all, "sinks"))
                .containsEntry("name", "mails")
                .containsEntry("pending", 2L)
                .containsEntry("inFlight", 2L);
        assertThat(only(all, "maps"))
                .containsEntry("name", stream)
                .containsEntry("revision", 1L)
                .containsEntry("size", 1)
                .containsKey("staleness");
        JsonObject pool = only(all, "pools");
        assertThat((JsonObject) pool.get("jobs")).containsEntry("owned", 1L).containsEntry("queued", 0L);
        assertThat(only(pool, "workers")).containsEntry("jobs", 1L);
        assertThat(only(pool, "listed")).containsEntry("key", "ann").containsEntry("state", "RUNNING");
        assertThat((String) console().call(DevConsole.MediaType.TEXT))
                .contains("streams:\n  name=" + stream + " length=2")
                .contains("      name=mails lag=")
                .doesNotContain("listed");
    }

    @PulseTest
    void ownWorkersTickersAndSchedulesAreShownWithWhatTheyHaveDone() throws Exception {
        String pool = "pulse-pool:" + stream;
        route(r -> r.from(pool + "?mode=task&attempts=1").throwException(IllegalStateException.class, "no"));
        route(r -> r.from(pool + "?ticker=t&period=100ms").to("mock:end"));
        route(r -> r.from(pool + "?schedule=s&cron=0 8 * * *").to("mock:plans"));
        template.sendBody(pool + "?operation=enqueue&key=ann", "x");
        await().untilAsserted(() -> assertThat(only(json(), "workers"))
                .containsEntry("pool", stream)
                .containsEntry("leased", true)
                .containsEntry("attempts", 1L)
                .containsEntry("failedAttempts", 1L)
                .containsEntry("dead", 1L)
                .containsEntry("done", 0L));
        await().until(() -> mock().getReceivedCounter() > 0);
        assertThat(only(json(), "tickers"))
                .containsEntry("pool", stream)
                .containsEntry("name", "t")
                .containsEntry("failed", 0L)
                .containsEntry("timetable", "every PT0.1S")
                .containsKeys("next", "fired", "missed", "busy");
        assertThat(only(json(), "schedules"))
                .containsEntry("name", "s")
                .containsEntry("timetable", "0 8 * * * UTC")
                .containsEntry("planned", 0L)
                .containsEntry("open", 0)
                .containsKeys("next", "failed", "lost", "done", "failedJobs");
        assertThat(only(only(json("jobs", "10"), "pools"), "listed"))
                .containsEntry("state", "DEAD")
                .containsEntry("attempts", 1);
    }

    @PulseTest
    void ofARedisThatIsAwayTheConsoleShowsWhatIsKnownHere() throws Exception {
        routes();
        redis.kill();
        await().untilAsserted(() -> assertThat(only(json(), "engines")).containsEntry("status", "DOWN"));
        JsonObject all = json();
        assertThat(only(all, "sinks")).containsKey("unknown").containsEntry("name", "mails");
        assertThat(only(all, "maps")).containsEntry("size", 1);
        redis.restart();
        await().untilAsserted(() -> assertThat(only(json(), "sinks")).containsEntry("pending", 2L));
    }

    @PulseTest
    void whatIsStoppedIsNotShown() throws Exception {
        routes();
        context.getRouteController().stopAllRoutes();
        assertThat(json().values())
                .allSatisfy(rows -> assertThat((List<?>) rows).isEmpty());
    }
}
