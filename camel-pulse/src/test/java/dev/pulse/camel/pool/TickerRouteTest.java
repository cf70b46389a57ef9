package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.ToldExceptions;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;

/** Exchanges when a ticker is due. */
class TickerRouteTest extends PoolRoutesTest {
    private static final long PERIOD = 200;

    private final Queue<Long> due = new ConcurrentLinkedQueue<>();

    private String ticker(String... options) {
        return pool("ticker=t", "period=" + PERIOD + "ms") + String.join("", List.of(options));
    }

    private void note(Exchange exchange) {
        due.add(exchange.getIn().getHeader(PulseConstants.DUE, Long.class));
    }

    private void awaitFirings(int least) {
        await().until(() -> due.size() >= least);
    }

    /** Another node with the ticker. */
    private CamelContext node(Processor processor) throws Exception {
        CamelContext another = createCamelContext();
        another.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(ticker()).process(processor);
            }
        });
        another.start();
        return another;
    }

    @PulseTest
    void firingIsAnExchangeThatSaysWhenItWasDue() throws Exception {
        route(r -> r.from(ticker()).to("mock:end"));
        await().until(() -> mock().getReceivedCounter() >= 3);
        Message first = seen().get(0).getIn();
        Message second = seen().get(1).getIn();
        assertThat(first.getBody()).isNull();
        assertThat(first.getHeaders())
                .containsEntry(PulseConstants.POOL, stream)
                .containsEntry(PulseConstants.TICKER, "t");
        assertThat(second.getHeader(PulseConstants.DUE, Long.class) - first.getHeader(PulseConstants.DUE, Long.class))
                .isEqualTo(PERIOD * (1 + second.getHeader(PulseConstants.MISSED, Long.class)));
        assertThat(second.getHeader(PulseConstants.FENCING_TOKEN, Long.class))
                .isGreaterThan(first.getHeader(PulseConstants.FENCING_TOKEN, Long.class));
        assertThat(client.jobs()).isEmpty();
        assertThat(client.workers()).isEmpty();
    }

    @PulseTest
    void dueTimeIsFiredOnOneNodeAndWhenThatStopsOnAnother() throws Exception {
        route(r -> r.from(ticker()).process(this::note));
        try (CamelContext another = node(this::note)) {
            awaitFirings(6);
            another.stop();
        }
        int before = due.size();
        awaitFirings(before + 3);
        assertThat(List.copyOf(due)).doesNotHaveDuplicates();
    }

    @PulseTest
    void failedExchangeIsToldAndTheTickerGoesOn() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from(ticker("&exceptionHandler=#handler"))
                .process(this::note)
                .process(e -> {
                    throw new IllegalStateException("no stock");
                }));
        awaitFirings(3);
        await().until(() -> told.all().size() >= 3);
        assertThat(List.copyOf(due)).doesNotHaveDuplicates();
    }

    @PulseTest
    void suspendedRouteFiresNothingAndResumedMakesUpForWhatWasMissed() throws Exception {
        route(r -> r.from(ticker()).routeId("ticks").process(this::note).to("mock:end"));
        awaitFirings(1);
        context.getRouteController().suspendRoute("ticks");
        await().until(() -> context.getRouteController().getRouteStatus("ticks").isSuspended());
        await().during(Duration.ofMillis(5 * PERIOD)).until(() -> true);
        int before = due.size();
        context.getRouteController().resumeRoute("ticks");
        awaitFirings(before + 2);
        Message next = seen().get(before).getIn();
        long missed = next.getHeader(PulseConstants.MISSED, Long.class);
        assertThat(missed).isPositive();
        List<Long> times = List.copyOf(due);
        assertThat(times.get(before) - times.get(before - 1)).isEqualTo(PERIOD * (1 + missed));
    }

    @PulseTest
    void allThatWasMissedIsFiredWhereThatIsWished() throws Exception {
        route(r -> r.from(ticker("&missed=all")).routeId("ticks").process(this::note));
        awaitFirings(1);
        context.getRouteController().suspendRoute("ticks");
        await().during(Duration.ofMillis(5 * PERIOD)).until(() -> true);
        context.getRouteController().resumeRoute("ticks");
        awaitFirings(8);
        List<Long> expected = new ArrayList<>();
        List<Long> times = List.copyOf(due);
        times.forEach(time -> expected.add(times.getFirst() + PERIOD * expected.size()));
        assertThat(times).isEqualTo(expected);
    }

    @PulseTest
    void cronExpressionFiresWhenAClockInItsZoneShowsIt() throws Exception {
        route(r -> r.from(pool("ticker=t", "cron=* * * * * ?", "timeZone=Asia/Kolkata"))
                .process(this::note));
        awaitFirings(2);
        assertThat(due).allMatch(time -> time % 1_000 == 0);
    }

    @PulseTest
    void firingIsOverWhenItsExchangeIsCompleteOnWhateverThread() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        route(r -> r.from(ticker()).routeId("ticks").to("seda:later"));
        route(r -> r.from("seda:later").process(this::note).process(e -> gate.await()));
        awaitFirings(1);
        await().during(Duration.ofMillis(3 * PERIOD)).until(() -> due.size() == 1);
        gate.countDown();
        awaitFirings(3);
    }

    @PulseTest
    void stoppingInterruptsAFiringThatOutlastsTheShutdownTimeout() throws Exception {
        context.getShutdownStrategy().setTimeout(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        route(r -> r.from(ticker()).routeId("ticks").process(this::note).process(e -> {
            try {
                never.await();
            } catch (InterruptedException cut) {
                interrupted.countDown();
                throw cut;
            }
        }));
        awaitFirings(1);
        stopRoute("ticks");
        interrupted.await();
    }

    @PulseTest
    void secondRouteOfATickerInOneContextStandsBy() throws Exception {
        ToldExceptions told = new ToldExceptions();
        context.getRegistry().bind("handler", told);
        route(r -> r.from(ticker()).routeId("ticks").process(this::note));
        route(r ->
                r.from(ticker("&exceptionHandler=#handler")).routeId("stand-by").to("mock:end"));
        awaitFirings(1);
        assertThat(told.all()).singleElement().isInstanceOf(IllegalStateException.class);
        stopRoute("ticks");
        await().until(() -> mock().getReceivedCounter() > 0);
    }
}
