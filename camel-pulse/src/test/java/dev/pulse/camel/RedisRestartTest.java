package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.PulseException;
import dev.pulse.embedded.AppendOnly;
import dev.pulse.embedded.EmbeddedRedisOptions;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisRestartTest extends RoutesTest {
    @BeforeAll
    static void keepWhatIsWritten() {
        redis.close();
        redis = ChosenRedis.start(EmbeddedRedisOptions.builder().appendOnly(AppendOnly.ALWAYS));
    }

    @PulseTest
    void routesGoOnByThemselvesAfterRedisDiedAndCameBack() throws Exception {
        route(r -> r.from("direct:in").to("pulse-stream:" + stream));
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        route(r -> r.from("pulse-stream:" + stream).to("mock:all"));
        template.sendBody("direct:in", "a");
        awaitBodies("a");
        redis.kill();
        Exchange failed = template.send("direct:in", e -> e.getIn().setBody("lost"));
        assertThat(failed.getException()).isInstanceOf(PulseException.class);
        redis.restart();
        await().until(() ->
                template.send("direct:in", e -> e.getIn().setBody("b")).getException() == null);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(bodies()).contains("b"));
        await().until(() -> getMockEndpoint("mock:all").getReceivedCounter() >= 2);
        awaitNothingPending("mails");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void exceptionHandlerIsToldThatASinkCannotReadWhichThenGoesOn(boolean batching) throws Exception {
        route(r -> r.from("pulse-sink:" + stream
                        + "/mails?bridgeErrorHandler=true&blockTime=100ms&commandTimeout=1s&batching=" + batching)
                .onException(Exception.class)
                .handled(true)
                .to("mock:errors")
                .end()
                .split(batching ? r.body() : r.constant("x"))
                .to("mock:end"));
        add("a");
        await().until(() -> mock().getReceivedCounter() == 1);
        redis.kill();
        await().until(() -> getMockEndpoint("mock:errors").getReceivedCounter() > 0);
        redis.restart();
        addOnceRedisIsBack("b");
        await().until(() -> mock().getReceivedCounter() >= 2);
        awaitNothingPending("mails");
    }

    @PulseTest
    void batchThatIsBeingCollectedOutlivesARestart() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?batching=true&batchSize=2&batchTimeout=1m&ackDeadline=1m")
                .split(r.body())
                .process(e -> e.getIn()
                        .setBody(e.getIn().getBody(Exchange.class).getIn().getBody()))
                .to("mock:end"));
        add("a");
        await().until(() -> pending("mails") == 1);
        redis.kill();
        redis.restart();
        addOnceRedisIsBack("b");
        await().untilAsserted(() -> assertThat(bodies()).contains("a", "b"));
        awaitNothingPending("mails");
    }

    @PulseTest
    void exceptionHandlerOfAReaderIsToldOncePerChangeOfStateAndReadingGoesOn() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-stream:" + stream + "?exceptionHandler=#handler&blockTime=200ms")
                .to("mock:end"));
        add("a");
        awaitBodies("a");
        redis.kill();
        await().untilAsserted(() -> assertThat(told.all()).isNotEmpty());
        redis.restart();
        addOnceRedisIsBack("b");
        await().untilAsserted(() -> assertThat(bodies()).contains("b"));
        assertThat(told.all()).singleElement().satisfies(e -> assertThat(e).hasMessageContaining("reader " + stream));
    }

    private void addOnceRedisIsBack(String payload) {
        await().until(() -> {
            try {
                add(payload);
                return true;
            } catch (PulseException e) {
                return false;
            }
        });
    }

    @PulseTest
    void exchangeThatCompletesWhileRedisIsAwayIsAckedLater() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from("pulse-sink:" + stream + "/mails")
                .to("mock:begun")
                .process(e -> gate.await())
                .to("mock:end"));
        add("a");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        redis.kill();
        gate.countDown();
        awaitBodies("a");
        redis.restart();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(pending("mails")).isZero());
        assertThat(mock().getReceivedCounter()).isOne();
    }
}
