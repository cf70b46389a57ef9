package dev.pulse.camel.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Repositories in maps, from two contexts that share nothing but Redis. */
class MapRepositoriesRouteTest extends RoutesTest {
    @Override
    protected void configure(CamelContext created) {
        super.configure(created);
        created.getPropertiesComponent().addInitialProperty("stream", stream);
    }

    private PulseIdempotentRepository repository(CamelContext of, String options) {
        PulseIdempotentRepository repository = new PulseIdempotentRepository("seen-" + stream + options);
        repository.setCamelContext(of);
        repository.start();
        return repository;
    }

    @PulseTest
    void keyIsAddedOnceByAllContextsTogether() throws Exception {
        try (CamelContext another = createCamelContext();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            another.start();
            PulseIdempotentRepository here = repository(context, "");
            PulseIdempotentRepository there = repository(another, "");
            for (int i = 0; i < 20; i++) {
                String key = "order=" + i;
                CyclicBarrier together = new CyclicBarrier(2);
                List<Callable<Boolean>> both = List.of(
                        () -> {
                            together.await();
                            return here.add(key);
                        },
                        () -> {
                            together.await();
                            return there.add(key);
                        });
                int added = 0;
                for (Future<Boolean> each : threads.invokeAll(both)) {
                    added += each.get() ? 1 : 0;
                }
                assertThat(added).isOne();
                assertThat(here.contains(key)).isTrue();
                assertThat(there.contains(key)).isTrue();
            }
            there.stop();
            here.stop();
        }
    }

    @PulseTest
    void keyThatIsRemovedOrClearedCanBeAddedAgain() {
        PulseIdempotentRepository repository = repository(context, "");
        assertThat(repository.add("a%3D")).isTrue();
        assertThat(repository.contains("a=")).isFalse();
        assertThat(repository.confirm("a%3D")).isTrue();
        assertThat(repository.remove("a%3D")).isTrue();
        assertThat(repository.remove("a%3D")).isFalse();
        assertThat(repository.add("a%3D")).isTrue();
        repository.clear();
        assertThat(repository.contains("a%3D")).isFalse();
        assertThat(repository.add("a%3D")).isTrue();
        repository.stop();
    }

    @PulseTest
    void keyThatIsAddedThoughTheReplyIsLostIsToldAsAdded() {
        try (FaultProxy way = FaultProxy.to(redis.uri())) {
            PulseIdempotentRepository unlucky = repository(context, "?uri=" + way.uri());
            for (int i = 0; i < 20; i++) {
                // one is what the replica is told, or the answer; two are both, or one of the look that follows
                way.loseReplies(1 + i % 2);
                assertThat(unlucky.add("a" + i)).as("add %d", i).isTrue();
                assertThat(unlucky.add("a" + i)).as("add %d again", i).isFalse();
            }
            unlucky.stop();
        }
    }

    @PulseTest
    void keyOfAnotherIsNotTakenForOursWhenTheReplyIsLost() {
        try (FaultProxy way = FaultProxy.to(redis.uri())) {
            PulseIdempotentRepository other = repository(context, "");
            PulseIdempotentRepository unlucky = repository(context, "?uri=" + way.uri());
            other.add("a");
            way.loseReplies(1);
            assertThat(unlucky.add("a")).isFalse();
            unlucky.stop();
            other.stop();
        }
    }

    @PulseTest
    void allKeysGoTogetherWhenTheTimeOfTheMapIsOver() {
        PulseIdempotentRepository repository = repository(context, "?ttl=300ms");
        assertThat(repository.add("a")).isTrue();
        repository.add("b");
        await().until(() -> !repository.contains("a") && !repository.contains("b"));
        assertThat(repository.add("a")).isTrue();
        repository.stop();
    }

    @PulseTest
    void whatAnotherProgramHasWrittenCountsAsAdded() throws Exception {
        try (ReplicatedMap<byte[]> map = pulse.map("seen-" + stream, Codecs.bytes())) {
            map.set("a", new byte[0]);
            PulseIdempotentRepository repository = repository(context, "");
            assertThat(repository.add("a")).isFalse();
            assertThat(repository.contains("a")).isTrue();
            repository.stop();
        }
    }

    @PulseTest
    void repositoryWithoutAMapSaysWhatIsMissing() {
        PulseStateRepository repository = new PulseStateRepository();
        repository.setCamelContext(context);
        assertThatThrownBy(repository::start).hasMessageContaining("map must be specified");
        assertThatThrownBy(() -> repository.getState("a")).hasMessage("PulseStateRepository is not started");
    }

    @PulseTest
    void stateOfOneContextIsFoundByTheOther() throws Exception {
        try (CamelContext another = createCamelContext()) {
            another.start();
            PulseStateRepository here = new PulseStateRepository("offsets-" + stream);
            PulseStateRepository there = new PulseStateRepository("offsets-" + stream);
            context.addService(here);
            another.addService(there);
            assertThat(there.getState("a=b")).isNull();
            here.setState("a=b", "7-0");
            assertThat(there.getState("a=b")).isEqualTo("7-0");
        }
    }

    private void load(CamelContext into) throws Exception {
        PluginHelper.getRoutesLoader(into)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(into, "classpath:routes/repositories.yaml"));
    }

    private static MockEndpoint mock(CamelContext of, String name) {
        return of.getEndpoint("mock:" + name, MockEndpoint.class);
    }

    @PulseTest
    void beansOfYamlShareWhatTheyKeepWithAnotherContext() throws Exception {
        load(context);
        add("a", "b");
        awaitBodies("a", "b");
        template.sendBodyAndHeader("direct:pay", "x", "payment", "1");
        template.sendBodyAndHeader("direct:pay", "x", "payment", "2");
        assertThat(getMockEndpoint("mock:paid").getReceivedCounter()).isEqualTo(2);
        context.stop();
        add("c");
        try (CamelContext another = createCamelContext()) {
            load(another);
            another.start();
            await().untilAsserted(() -> assertThat(mock(another, "end").getReceivedExchanges())
                    .extracting(e -> e.getIn().getBody(String.class))
                    .containsExactly("c"));
            another.createProducerTemplate().sendBodyAndHeader("direct:pay", "x", "payment", "2");
            another.createProducerTemplate().sendBodyAndHeader("direct:pay", "x", "payment", "3");
            assertThat(mock(another, "paid").getReceivedCounter()).isOne();
        }
    }

    @PulseTest
    void exchangeThatFailsCanBeTriedAgainInAnotherContext() throws Exception {
        try (CamelContext another = createCamelContext()) {
            for (CamelContext each : List.of(context, another)) {
                PulseIdempotentRepository repository = new PulseIdempotentRepository("seen-" + stream);
                each.getRegistry().bind("seen", repository);
                each.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("direct:in")
                                .idempotentConsumer(header("id"), repository)
                                .process(e -> {
                                    if (each.equals(context)) {
                                        throw new IllegalStateException("here it fails");
                                    }
                                })
                                .to("mock:end");
                    }
                });
            }
            another.start();
            assertThat(template.send("direct:in", e -> e.getIn().setHeader("id", "1"))
                            .getException())
                    .hasMessage("here it fails");
            another.createProducerTemplate().sendBodyAndHeader("direct:in", "x", "id", "1");
            assertThat(mock(another, "end").getReceivedCounter()).isOne();
        }
    }
}
