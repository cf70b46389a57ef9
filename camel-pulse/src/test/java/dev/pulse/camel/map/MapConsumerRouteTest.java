package dev.pulse.camel.map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.WatchOptions;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.RoutePolicySupport;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** Changes of a map as exchanges: which, in what order, and when. */
class MapConsumerRouteTest extends RoutesTest {
    private ReplicatedMap<String> map;

    @BeforeEach
    void join() throws InterruptedException {
        map = pulse.map(stream, Codecs.string());
    }

    private void follow(String options) throws Exception {
        route(r -> r.from("pulse-map:" + stream + "?codec=string" + options)
                .routeId("follow")
                .to("mock:end"));
    }

    private static Tuple seen(Exchange exchange) {
        return tuple(
                exchange.getIn().getHeader(PulseConstants.CHANGE_KIND),
                exchange.getIn().getHeader(PulseConstants.KEY),
                exchange.getIn().getHeader(PulseConstants.OLD_VALUE),
                exchange.getIn().getBody());
    }

    private void awaitSeen(Tuple... expected) {
        await().untilAsserted(() -> assertThat(mock().getReceivedExchanges())
                .extracting(MapConsumerRouteTest::seen)
                .containsExactly(expected));
    }

    @PulseTest
    void everyChangeIsAnExchangeWithWhatWasAndWhatIs() throws Exception {
        map.setAndWait("before", "0");
        follow("");
        map.set("a", "1");
        map.set("a", "2");
        map.delete("a");
        map.set("b", "3");
        map.reset();
        map.set("c", "4");
        map.destroy();
        await().until(() -> mock().getReceivedCounter() == 8);
        List<Exchange> all = mock().getReceivedExchanges();
        assertThat(all)
                .extracting(MapConsumerRouteTest::seen)
                .startsWith(
                        tuple("set", "a", null, "1"),
                        tuple("set", "a", "1", "2"),
                        tuple("del", "a", "2", null),
                        tuple("set", "b", null, "3"))
                .contains(tuple("reset", "before", "0", null), tuple("reset", "b", "3", null))
                .endsWith(tuple("set", "c", null, "4"), tuple("destroy", "c", "4", null));
        assertThat(all.getFirst().getIn().getHeader(PulseConstants.MAP)).isEqualTo(stream);
        assertThat(all)
                .extracting(e -> e.getIn().getHeader(PulseConstants.REVISION, Long.class))
                .isSorted()
                .startsWith(2L, 3L, 4L, 5L);
    }

    @PulseTest
    void contentComesFirstWhereItIsWished() throws Exception {
        map.setAndWait("a", "1");
        follow("&initialContent=true&kinds=set");
        awaitSeen(tuple("present", "a", null, "1"));
        map.set("a", "2");
        awaitSeen(tuple("present", "a", null, "1"), tuple("set", "a", "1", "2"));
    }

    @PulseTest
    void kindsAndKeysThatAreNotWishedBecomeNoExchange() throws Exception {
        follow("&kinds=set, reset&keys=RAW(^flag\\.)");
        map.set("flag.a", "1");
        map.set("limit.a", "2");
        map.delete("flag.a");
        map.set("flag.b", "3");
        map.reset();
        awaitSeen(
                tuple("set", "flag.a", null, "1"),
                tuple("set", "flag.b", null, "3"),
                tuple("reset", "flag.b", "3", null));
    }

    @PulseTest
    void orderIsKeptThoughExchangesCompleteOnOtherThreads() throws Exception {
        route(r -> r.from("pulse-map:" + stream + "?codec=string").to("seda:later?concurrentConsumers=4"));
        route(r -> r.from("seda:later?concurrentConsumers=4")
                .process(e -> {
                    if (e.getIn().getBody(String.class).equals("1")) {
                        // stands for a slow step
                        Thread.sleep(50);
                    }
                })
                .to("mock:end"));
        for (int i = 0; i < 20; i++) {
            map.set("k" + i, i % 2 == 0 ? "1" : "2");
        }
        await().until(() -> mock().getReceivedCounter() == 20);
        assertThat(mock().getReceivedExchanges())
                .extracting(e -> e.getIn().getHeader(PulseConstants.REVISION, Long.class))
                .isSorted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void changesThatWaitForASlowRouteAreCoalescedUnlessThatIsNotWished(boolean coalesce) throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        route(r -> r.from("pulse-map:" + stream + "?codec=string" + (coalesce ? "&backlog=1" : "&coalesce=false"))
                .process(e -> {
                    begun.incrementAndGet();
                    gate.await();
                })
                .to("mock:end"));
        map.set("a", "0");
        await().untilAsserted(() -> assertThat(begun).hasValue(1));
        for (int i = 1; i <= 50; i++) {
            map.setAndWait("a", Integer.toString(i));
        }
        // the consumer's replica is that of the producers of its context
        await().until(() -> "50".equals(template.requestBody("pulse-map:" + stream + "?codec=string&key=a", "")));
        gate.countDown();
        await().untilAsserted(() -> assertThat(bodies()).endsWith("50"));
        assertThat(bodies()).hasSize(coalesce ? 3 : 51);
    }

    @PulseTest
    void failedExchangeIsToldAndTheNextChangeComes() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from("pulse-map:" + stream + "?codec=string&exceptionHandler=#handler")
                .to("mock:end")
                .process(e -> {
                    throw new IllegalStateException("always");
                }));
        map.set("a", "1");
        map.set("a", "2");
        awaitBodies("1", "2");
        await().untilAsserted(() -> assertThat(told.all()).hasSize(2));
    }

    @PulseTest
    void valueThatCannotBeDecodedGoesToTheErrorHandlerOfTheRouteAndTheNextChangeComes() throws Exception {
        route(r -> r.from("pulse-map:" + stream + "?codec=json&payloadType=java.lang.Long&bridgeErrorHandler=true")
                .onException(Exception.class)
                .handled(true)
                .to("mock:errors")
                .end()
                .to("mock:end"));
        map.set("a", "no number");
        map.set("a", "2");
        await().until(() -> mock().getReceivedCounter() == 1);
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getBody()).isEqualTo(2L);
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeader(PulseConstants.OLD_VALUE))
                .isNull();
        await().until(() -> getMockEndpoint("mock:errors").getReceivedCounter() == 1);
    }

    @PulseTest
    void whatThereIsToTellOfTheReplicaIsToldOneAfterAnotherAndChangesGoOnMeanwhile() throws Exception {
        map.setAndWait("a", "0");
        try (Jedis jedis = jedis()) {
            for (int i = 0; i < 50; i++) {
                byte[] noUtf8 = {(byte) 0xFF, (byte) i};
                jedis.hset(("map:" + stream + ":content").getBytes(UTF_8), noUtf8, new byte[] {'1'});
            }
        }
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        AtomicInteger told = new AtomicInteger();
        context.getRegistry().bind("handler", new LoggingExceptionHandler(context, MapConsumerRouteTest.class) {
            @Override
            public void handleException(String message, Throwable exception) {
                begun.incrementAndGet();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                told.incrementAndGet();
            }
        });
        follow("&exceptionHandler=#handler");
        await().until(() -> begun.get() > 0);
        map.set("a", "1");
        awaitBodies("1");
        await().during(Duration.ofMillis(200)).until(() -> begun.get() == 1);
        gate.countDown();
        await().untilAsserted(() -> assertThat(told).hasValue(50));
    }

    @PulseTest
    void changeWhileSuspendedIsConsumedOnceResumed() throws Exception {
        follow("");
        map.set("a", "1");
        awaitBodies("1");
        context.getRouteController().suspendRoute("follow");
        map.set("a", "2");
        await().during(Duration.ofMillis(200)).until(() -> bodies().size() == 1);
        context.getRouteController().resumeRoute("follow");
        map.set("a", "3");
        awaitBodies("1", "2", "3");
    }

    @PulseTest
    void routeThatWasStoppedBeginsAnew() throws Exception {
        follow("&initialContent=true");
        map.set("a", "1");
        awaitBodies("1");
        context.getRouteController().stopRoute("follow");
        map.set("a", "2");
        context.getRouteController().startRoute("follow");
        awaitSeen(tuple("set", "a", null, "1"), tuple("present", "a", null, "2"));
    }

    @PulseTest
    void stoppingWaitsForTheExchangeInFlight() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from("pulse-map:" + stream + "?codec=string")
                .routeId("follow")
                .to("seda:later"));
        route(r ->
                r.from("seda:later").to("mock:begun").process(e -> gate.await()).to("mock:end"));
        map.set("a", "1");
        map.set("a", "2");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        Thread stopping = stopInBackground("follow");
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        gate.countDown();
        assertThat(stopping.join(Duration.ofSeconds(30))).isTrue();
        awaitBodies("1");
        assertThat(getMockEndpoint("mock:begun").getReceivedCounter()).isOne();
    }

    @PulseTest
    void stoppingInterruptsWhatOutlastsTheShutdownTimeout() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        route(r -> r.from("pulse-map:" + stream + "?codec=string")
                .routeId("follow")
                .process(e -> {
                    begun.incrementAndGet();
                    try {
                        never.await();
                    } catch (InterruptedException interrupt) {
                        interrupted.countDown();
                        throw interrupt;
                    }
                }));
        map.set("a", "1");
        await().untilAsserted(() -> assertThat(begun).hasValue(1));
        context.getRouteController().stopRoute("follow");
        await().until(() -> interrupted.getCount() == 0);
    }

    @PulseTest
    void nothingIsConsumedBeforeTheWholeContextHasStarted() throws Exception {
        map.setAndWait("a", "1");
        AtomicInteger early = new AtomicInteger();
        CountDownLatch consumed = new CountDownLatch(1);
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pulse-map:" + stream + "?initialContent=true")
                            .startupOrder(1)
                            .process(e -> {
                                if (!another.getRouteController()
                                        .getRouteStatus("last")
                                        .isStarted()) {
                                    early.incrementAndGet();
                                }
                                consumed.countDown();
                            });
                    from("direct:last")
                            .startupOrder(100)
                            .routeId("last")
                            .routePolicy(new RoutePolicySupport() {
                                @Override
                                public void onStart(Route route) {
                                    await().during(Duration.ofMillis(200)).until(() -> early.get() == 0);
                                }
                            })
                            .to("mock:end");
                }
            });
            another.start();
            await().until(() -> consumed.getCount() == 0);
            assertThat(early).hasValue(0);
        }
    }

    @PulseTest
    void endpointsOfOneMapShareAReplicaWhichGoesWithTheLastOfThem() throws Exception {
        context.getComponent("pulse-map", PulseMapComponent.class)
                .getConfiguration()
                .setClient(pulse);
        follow("");
        route(r -> r.from("direct:set").routeId("set").to("pulse-map:" + stream + "?operation=set&key=a"));
        route(r -> r.from("direct:get").routeId("get").to("pulse-map:" + stream + "?key=a"));
        template.sendBody("direct:set", "1");
        template.sendBody("direct:get", "");
        awaitBodies("1");
        // the test's own, and theirs
        assertThat(replicas()).isEqualTo(2);
        for (String route : List.of("follow", "set", "get")) {
            assertThat(replicas()).isEqualTo(2);
            context.getRouteController().stopRoute(route);
        }
        assertThat(replicas()).isOne();
        context.getRouteController().startRoute("get");
        assertThat(replicas()).isOne();
        template.sendBody("direct:get", "");
        assertThat(replicas()).isEqualTo(2);
    }

    @PulseTest
    void replicaThatCannotBeFollowedIsLetGoOf() throws Exception {
        AtomicInteger closed = new AtomicInteger();
        try (ReplicatedMap<byte[]> replica = pulse.map(stream, Codecs.bytes())) {
            replica.close();
            Lease<ReplicatedMap<byte[]>> lease = new Lease<>(replica, closed::incrementAndGet);
            assertThatThrownBy(() -> new Changes(lease, WatchOptions.changes(), change -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
        }
        assertThat(closed).hasValue(1);
    }

    private long replicas() {
        return pulse.health().loops().stream()
                .filter(loop -> loop.name().equals("map " + stream))
                .count();
    }

    @PulseTest
    void endpointsWithOtherOptionsHaveAReplicaOfTheirOwn() throws Exception {
        context.getComponent("pulse-map", PulseMapComponent.class)
                .getConfiguration()
                .setClient(pulse);
        follow("");
        template.sendBody("pulse-map:" + stream + "?operation=set&key=a&ttl=1h", "1");
        awaitBodies("1");
        assertThat(replicas()).isEqualTo(3);
    }

    @PulseTest
    void changesCanBePolled() throws Exception {
        route(r -> r.from("direct:next")
                .pollEnrich("pulse-map:" + stream + "?codec=string&initialContent=true", 30_000)
                .to("mock:end"));
        map.set("a", "1");
        template.sendBody("direct:next", "?");
        awaitBodies("1");
        map.set("a", "2");
        template.sendBody("direct:next", "?");
        awaitBodies("1", "2");
    }
}
