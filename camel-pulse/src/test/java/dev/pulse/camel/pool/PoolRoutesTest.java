package dev.pulse.camel.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.WorkerInfo;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.BeforeEach;

/** Routes that work for a pool of the test's own, which it looks at from outside. */
abstract class PoolRoutesTest extends RoutesTest {
    /** The pool, of the engine beside Camel. */
    protected PoolClient client;

    @BeforeEach
    void open() throws InterruptedException {
        client = pulse.pool(stream);
    }

    /** The URI of the pool, with these options. */
    protected String pool(String... options) {
        return "pulse-pool:" + stream + "?codec=string" + (options.length == 0 ? "" : "&" + String.join("&", options));
    }

    /** The URI of the pool as one of tasks, with these options. */
    protected String tasks(String... options) {
        return pool(Stream.concat(Stream.of("mode=task"), Stream.of(options)).toArray(String[]::new));
    }

    /** Sends this to an endpoint. */
    protected Exchange send(String uri, String body) {
        return template.send(uri, exchange -> exchange.getIn().setBody(body));
    }

    /** The same, and asks for the answer. */
    protected Exchange request(String uri, String body) {
        return template.request(uri, exchange -> exchange.getIn().setBody(body));
    }

    /** A worker whose exchanges arrive at the mock. */
    protected void work(String routeId, String... options) throws Exception {
        route(r -> r.from(pool(options)).routeId(routeId).to("mock:end"));
    }

    protected Dispatch dispatch(String key, String payload) throws InterruptedException {
        return client.dispatch(JobRequest.of(key, payload.getBytes(UTF_8)));
    }

    protected List<Exchange> seen() {
        return mock().getReceivedExchanges();
    }

    /** What has happened, as {@code event key}, in that order. */
    protected List<String> happened() {
        return seen().stream().map(PoolRoutesTest::event).toList();
    }

    protected static String event(Exchange exchange) {
        return exchange.getIn().getHeader(PulseConstants.JOB_EVENT, String.class) + " "
                + exchange.getIn().getHeader(PulseConstants.KEY, String.class);
    }

    protected void awaitEvents(String... expected) {
        await().untilAsserted(() -> assertThat(happened()).containsExactly(expected));
    }

    protected void awaitJobs(int expected) {
        await().untilAsserted(() -> assertThat(client.jobs()).hasSize(expected));
    }

    protected void awaitWorkers(int expected) {
        await().untilAsserted(() -> assertThat(client.workers())
                .filteredOn(worker -> !worker.leaving())
                .hasSize(expected));
    }

    protected List<String> workerIds() throws InterruptedException {
        return client.workers().stream().map(WorkerInfo::id).toList();
    }

    protected void stopRoute(String id) throws Exception {
        context.getRouteController().stopRoute(id);
    }
}
