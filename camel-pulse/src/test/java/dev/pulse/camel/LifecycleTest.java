package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import dev.pulse.camel.sink.ManualAck;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.RoutePolicySupport;

class LifecycleTest extends RoutesTest {
    private static final String BATCHES = "&batching=true&batchSize=1";

    @PulseTest
    void nothingIsConsumedBeforeTheWholeContextHasStarted() throws Exception {
        add("a");
        context.stop();
        AtomicBoolean early = new AtomicBoolean();
        CountDownLatch consumed = new CountDownLatch(2);
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    for (String from : new String[] {"pulse-sink:%s/mails", "pulse-stream:%s?startAt=oldest"}) {
                        from(from.formatted(stream)).startupOrder(from.length()).process(e -> {
                            if (!another.getRouteController()
                                    .getRouteStatus("last")
                                    .isStarted()) {
                                early.set(true);
                            }
                            consumed.countDown();
                        });
                    }
                    // the last route to start, and a slow one: the sink's would have had time to consume
                    from("direct:last")
                            .startupOrder(100)
                            .routeId("last")
                            .routePolicy(new RoutePolicySupport() {
                                @Override
                                public void onStart(Route route) {
                                    await().during(Duration.ofMillis(300)).until(() -> !early.get());
                                }
                            })
                            .to("mock:end");
                }
            });
            another.start();
            await().until(() -> consumed.getCount() == 0);
            assertThat(early).isFalse();
        }
    }

    @PulseTest
    void suspendedSinkRouteReadsNothingAndResumedGoesOn() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("mails").to("mock:end"));
        add("a");
        awaitBodies("a");
        context.getRouteController().suspendRoute("mails");
        assertThat(context.getRouteController().getRouteStatus("mails")).isEqualTo(ServiceStatus.Suspended);
        add("b");
        await().during(Duration.ofMillis(200)).until(() -> bodies().size() == 1);
        context.getRouteController().resumeRoute("mails");
        add("c");
        awaitBodies("a", "b", "c");
        awaitNothingPending("mails");
    }

    @PulseTest
    void suspendedReaderMissesNothingOnceResumed() throws Exception {
        route(r -> r.from("pulse-stream:" + stream).routeId("all").to("mock:end"));
        add("a");
        awaitBodies("a");
        context.getRouteController().suspendRoute("all");
        add("b");
        await().during(Duration.ofMillis(200)).until(() -> bodies().size() == 1);
        context.getRouteController().resumeRoute("all");
        add("c");
        awaitBodies("a", "b", "c");
    }

    @PulseTest
    void contextCanBeSuspendedAndResumed() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        context.suspend();
        add("a");
        await().during(Duration.ofMillis(200)).until(() -> bodies().isEmpty());
        context.resume();
        awaitBodies("a");
    }

    @PulseTest
    void routeCanBeStoppedAndStartedAgain() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("mails").to("mock:end"));
        add("a");
        awaitBodies("a");
        context.getRouteController().stopRoute("mails");
        add("b");
        context.getRouteController().startRoute("mails");
        awaitBodies("a", "b");
    }

    @PulseTest
    void stoppingDrainsTheExchangeInFlightAndGivesBackWhatWasNotBegun() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        NotifyBuilder completed = new NotifyBuilder(context).whenCompleted(1).create();
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("mails").to("seda:later"));
        route(r -> r.from("seda:later").to("mock:begun").process(e -> gate.await()));
        add("a", "b", "c");
        await().until(() -> getMockEndpoint("mock:begun").getReceivedCounter() == 1);
        Thread stopping = stopInBackground("mails");
        await().during(Duration.ofMillis(200)).until(stopping::isAlive);
        gate.countDown();
        assertThat(stopping.join(Duration.ofSeconds(30))).isTrue();
        assertThat(completed.matches()).isTrue();
        assertThat(getMockEndpoint("mock:begun").getReceivedCounter()).isOne();
        // the others were given back at once, as if they had never been delivered
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        awaitBodies("b", "c");
        assertThat(mock().getReceivedExchanges().getFirst().getIn().getHeader(PulseConstants.DELIVERY_COUNT))
                .isEqualTo(1);
        awaitNothingPending("mails");
    }

    @PulseTest
    void stoppingInterruptsWhatOutlastsTheShutdownTimeoutAndTheEventIsDeliveredAgain() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        route(r -> r.from("pulse-sink:" + stream + "/mails").routeId("mails").process(e -> {
            begun.incrementAndGet();
            never.await();
        }));
        add("a");
        await().untilAtomic(begun, is(1));
        context.getRouteController().stopRoute("mails");
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:end"));
        awaitBodies("a");
    }

    @PulseTest
    void suspendingFromWithinTheRouteLetsItsExchangeComplete() throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails")
                .routeId("mails")
                .process(e -> {
                    if (bodies().isEmpty()) {
                        ((PulseConsumer) context.getRoute("mails").getConsumer()).suspend();
                    }
                })
                .to("mock:end"));
        add("a", "b");
        awaitBodies("a");
        ((PulseConsumer) context.getRoute("mails").getConsumer()).resume();
        awaitBodies("a", "b");
    }

    private void holding(String options) throws Exception {
        route(r -> r.from("pulse-sink:" + stream + "/mails?ackMode=manual&maxInFlight=10" + options)
                .routeId("mails")
                .to("mock:end"));
        add("a");
        await().until(() -> mock().getReceivedCounter() == 1);
    }

    private ManualAck manualAck(int index) {
        return ManualAck.of(mock().getReceivedExchanges().get(index));
    }

    @PulseTest
    void suspendedRouteHoldsWhatWaitsForAManualAckAndResumedGoesOnBesideIt() throws Exception {
        assertHeldThroughASuspension("");
    }

    @PulseTest
    void suspendedBatchesDoTheSame() throws Exception {
        assertHeldThroughASuspension(BATCHES);
    }

    private void assertHeldThroughASuspension(String options) throws Exception {
        holding(options);
        context.getRouteController().suspendRoute("mails");
        assertThat(pending("mails")).isOne();
        context.getRouteController().resumeRoute("mails");
        add("b");
        await().until(() -> mock().getReceivedCounter() == 2);
        manualAck(0).ack();
        await().until(() -> pending("mails") == 1);
        manualAck(1).ack();
        awaitNothingPending("mails");
        assertThat(mock().getReceivedCounter()).isEqualTo(2);
    }

    @PulseTest
    void stopGivesBackWhatIsHeldFromBeforeASuspensionAndAfter() throws Exception {
        assertGivenBack("");
    }

    @PulseTest
    void stopGivesBackBatchesThatAreHeldFromBeforeASuspensionAndAfter() throws Exception {
        assertGivenBack(BATCHES);
    }

    private void assertGivenBack(String options) throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        holding(options);
        context.getRouteController().suspendRoute("mails");
        context.getRouteController().resumeRoute("mails");
        add("b");
        await().until(() -> mock().getReceivedCounter() == 2);
        context.getRouteController().stopRoute("mails");
        manualAck(0).ack();
        manualAck(1).ack();
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("mock:again"));
        await().until(() -> getMockEndpoint("mock:again").getReceivedCounter() == 2);
        awaitNothingPending("mails");
    }

    @PulseTest
    void routeWhoseExchangeOutlastsItsSuspensionIsStoppedAndCanBeStarted() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        route(r -> r.from("pulse-sink:" + stream + "/mails")
                .routeId("mails")
                .process(e -> {
                    if (begun.incrementAndGet() == 1) {
                        never.await();
                    }
                })
                .to("mock:end"));
        add("a");
        await().untilAtomic(begun, is(1));
        context.getRouteController().suspendRoute("mails");
        context.getRouteController().stopRoute("mails");
        context.getRouteController().startRoute("mails");
        awaitBodies("a");
        awaitNothingPending("mails");
    }

    @PulseTest
    void routeThatIsSuspendedBeforeTheContextHasStartedBeginsWhenItIsResumed() throws Exception {
        add("a");
        try (CamelContext another = createCamelContext()) {
            AtomicInteger consumed = new AtomicInteger();
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pulse-sink:" + stream + "/mails")
                            .startupOrder(1)
                            .routeId("mails")
                            .process(e -> consumed.incrementAndGet());
                    from("direct:last")
                            .startupOrder(100)
                            .routePolicy(new RoutePolicySupport() {
                                @Override
                                public void onStart(Route route) {
                                    ((PulseConsumer) another.getRoute("mails").getConsumer()).suspend();
                                }
                            })
                            .to("mock:end");
                }
            });
            another.start();
            await().during(Duration.ofMillis(200)).until(() -> consumed.get() == 0);
            ((PulseConsumer) another.getRoute("mails").getConsumer()).resume();
            await().untilAtomic(consumed, is(1));
        }
    }

    @PulseTest
    void threadsOfCamelAreVirtualWhereTheSwitchSaysSo() throws Exception {
        AtomicReference<Boolean> virtual = new AtomicReference<>();
        route(r -> r.from("pulse-sink:" + stream + "/mails").to("seda:later"));
        route(r -> r.from("seda:later")
                .process(e -> virtual.set(Thread.currentThread().isVirtual())));
        add("a");
        await().untilAtomic(virtual, is(Boolean.getBoolean("camel.threads.virtual.enabled")));
    }
}
