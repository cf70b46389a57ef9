package dev.pulse.camel.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.camel.RoutesTest;
import dev.pulse.pool.PoolClient;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.PulseTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.cluster.CamelClusterView;
import org.junit.jupiter.api.AfterEach;

/** Camel's {@code master:} over the cluster service: one of several contexts is at work. */
class MasterRouteTest extends RoutesTest {
    private final List<Node> nodes = new ArrayList<>();

    /** A tick of somebody's master route. */
    private record Tick(String node, long at, long term) {}

    private final Queue<Tick> ticks = new ConcurrentLinkedQueue<>();

    /** A context with a master route that ticks. */
    private final class Node {
        private final String name;
        private final CamelContext context;
        private final PulseClusterService service = new PulseClusterService();
        private final PulseClusterView view;

        Node(String name, String uri, String lease) throws Exception {
            this.name = name;
            context = createCamelContext();
            context.getComponent("pulse-pool", PulsePoolComponent.class)
                    .getConfiguration()
                    .setUri(uri);
            service.setPool(stream + "?lease=" + lease + "&commandTimeout=1s");
            context.addService(service);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("master:ns:timer:tick?period=20&delay=1")
                            .routeId("master")
                            .process(e -> ticks.add(new Tick(name, System.nanoTime(), term())));
                }
            });
            nodes.add(this);
            context.start();
            view = service.getView("ns").unwrap(PulseClusterView.class);
            // its route holds it
            service.releaseView(view);
        }

        private long term() throws Exception {
            CamelClusterView used = service.getView("ns");
            try {
                return used.unwrap(PulseClusterView.class).fencingToken().orElse(0);
            } finally {
                service.releaseView(used);
            }
        }

        boolean leads() {
            return view.getLocalMember().isLeader();
        }

        long count() {
            return ticks.stream().filter(tick -> tick.node().equals(name)).count();
        }

        void awaitTicks() {
            long before = count();
            await().until(() -> count() > before + 2);
        }
    }

    private Node node(String name) throws Exception {
        return new Node(name, redis.uri(), "30s");
    }

    private List<Tick> ticksOf(Node node) {
        return ticks.stream().filter(tick -> tick.node().equals(node.name)).toList();
    }

    private static <T> List<T> each(List<Tick> all, Function<Tick, T> what) {
        return all.stream().map(what).distinct().toList();
    }

    @AfterEach
    void stopNodes() {
        nodes.forEach(node -> node.context.stop());
    }

    @PulseTest
    void oneOfSeveralContextsIsAtWorkAndWhoJoinsTakesNothingFromIt() throws Exception {
        Node a = node("a");
        a.awaitTicks();
        for (String name : List.of("b", "c", "d")) {
            node(name);
        }
        a.awaitTicks();
        assertThat(each(List.copyOf(ticks), Tick::node)).containsExactly("a");
        assertThat(a.leads()).isTrue();
        assertThat(each(List.copyOf(ticks), Tick::term)).singleElement().isNotEqualTo(0L);
        assertThat(nodes.getLast().leads()).isFalse();
        assertThat(nodes.getLast().view.fencingToken()).isEmpty();
    }

    @PulseTest
    void anotherTakesOverWhenTheContextOfTheLeaderStops() throws Exception {
        Node a = node("a");
        a.awaitTicks();
        Node b = node("b");
        a.context.stop();
        b.awaitTicks();
        assertThat(ticksOf(a).getLast().at()).isLessThan(ticksOf(b).getFirst().at());
        // the term of the second begins later
        assertThat(Stream.concat(ticksOf(a).stream(), ticksOf(b).stream())
                        .map(Tick::term)
                        .filter(term -> term > 0)
                        .distinct())
                .hasSize(2)
                .isSorted();
    }

    @PulseTest
    void leaderThatCannotReachRedisStopsBeforeAnotherTakesOver() throws Exception {
        try (FaultProxy proxy = FaultProxy.to(redis.uri())) {
            Node a = new Node("a", proxy.uri(), "3s");
            a.awaitTicks();
            Node b = new Node("b", redis.uri(), "3s");
            proxy.cut();
            b.awaitTicks();
            assertThat(a.leads()).isFalse();
            assertThat(ticksOf(a).getLast().at())
                    .isLessThan(ticksOf(b).getFirst().at());
            proxy.heal();
            // back as a member, not as a leader, unless it has its slot again
            await().until(() -> members(b).size() == 2);
            await().until(() -> a.leads() != b.leads());
        }
    }

    private static List<CamelClusterMember> members(Node node) {
        return node.view.getMembers();
    }

    @PulseTest
    void membersAndLeaderAreKnownToAll() throws Exception {
        Node a = node("a");
        Node b = node("b");
        await().until(() -> members(a).size() == 2 && members(b).size() == 2);
        assertThat(members(b)).filteredOn(CamelClusterMember::isLocal).containsExactly(b.view.getLocalMember());
        String leader = a.view.getLocalMember().getId();
        await().untilAsserted(() ->
                assertThat(b.view.getLeader()).map(CamelClusterMember::getId).contains(leader));
        assertThat(b.service.isLeader("ns")).isFalse();
        assertThat(a.service.isLeader("ns")).isTrue();
    }

    @PulseTest
    void listenersAreToldOfMembersAndLeaders() throws Exception {
        Queue<String> told = new ConcurrentLinkedQueue<>();
        final class Listener implements CamelClusterEventListener.Leadership, CamelClusterEventListener.Membership {
            @Override
            public void leadershipChanged(CamelClusterView view, CamelClusterMember leader) {
                told.add("leader " + (leader == null ? "none" : leader.isLocal() ? "here" : "there"));
            }

            @Override
            public void memberAdded(CamelClusterView view, CamelClusterMember member) {
                told.add("added " + (member.isLocal() ? "here" : "there"));
            }

            @Override
            public void memberRemoved(CamelClusterView view, CamelClusterMember member) {
                told.add("removed " + (member.isLocal() ? "here" : "there"));
            }
        }
        Node a = node("a");
        Node b = node("b");
        await().until(() -> members(b).size() == 2 && b.view.getLeader().isPresent());
        Listener listener = new Listener();
        b.view.addEventListener(listener);
        assertThat(told).containsExactlyInAnyOrder("leader there", "added here", "added there");
        told.clear();
        a.context.stop();
        await().untilAsserted(() -> assertThat(told).contains("leader here", "removed there"));
        b.view.removeEventListener(listener);
    }

    @PulseTest
    void leaderIsMadeAnewWhenTheLastOneIsGoneAndWhenRedisLostEverything() throws Exception {
        Node a = node("a");
        a.awaitTicks();
        a.context.stop();
        Node b = node("b");
        b.awaitTicks();
        long before = b.view.fencingToken().orElseThrow();
        try (PoolClient hidden = pulse.pool(stream + "/ns")) {
            // as if the only record of it had been lost
            hidden.stopJob(hidden.jobs().getFirst().key());
        }
        // by its term: when b looks just then, it leads again within milliseconds
        await().until(() -> b.view.fencingToken().orElse(0) > before);
        b.awaitTicks();
        assertThat(b.leads()).isTrue();
    }

    @PulseTest
    void namespacesHaveLeadersOfTheirOwn() throws Exception {
        Node a = node("a");
        a.awaitTicks();
        Node b = node("b");
        CamelClusterView other = b.service.getView("other");
        await().until(() -> other.getLocalMember().isLeader());
        assertThat(b.leads()).isFalse();
        b.service.releaseView(other);
        assertThat(other.getLocalMember().isLeader()).isFalse();
    }
}
