package dev.pulse.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.CloseResult;
import dev.pulse.Health;
import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.map.ListChange;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.Watch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.AckResult;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Reader;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.testing.ChosenRedis;
import dev.pulse.testing.PulseTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** What the engine's README shows does what it says, for a user who has just the rights that PRODUCTION.md gives. */
class EngineSnippetsTest {
    private EmbeddedRedis redis;
    private RedisClient admin;
    private String uri;
    private Pulse pulse;
    private EventStream<Order> orders;

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30));
    }

    @BeforeEach
    void placeOrders() throws InterruptedException {
        redis = ChosenRedis.start();
        admin = RedisClient.create(redis.uri());
        List<String> rights = new ArrayList<>(List.of("SETUSER", "orders", "reset"));
        for (String use : List.of("all", "streams", "maps", "pools")) {
            rights.addAll(Pages.rights(use));
        }
        if (ChosenRedis.isOld()) {
            // what Jedis asks in vain is denied there, and unknown elsewhere
            rights.add("+client|setinfo");
        }
        admin.sendCommand(Protocol.Command.ACL, rights.toArray(String[]::new));
        uri = redis.uri().replace("redis://", "redis://orders:secret@");
        pulse = ConnectingSnippets.connecting(uri);
        orders = WritingSnippets.adding(pulse);
    }

    @AfterEach
    void close() {
        pulse.close();
        try {
            assertThat((List<?>) admin.sendCommand(Protocol.Command.ACL, "LOG"))
                    .as("what was denied")
                    .isEmpty();
        } finally {
            admin.close();
            redis.close();
        }
    }

    @PulseTest
    void connectingWorksByUriAndOverAClient() {
        try (RedisClient client = RedisClient.create(redis.uri())) {
            assertThat(pulse.health().status()).isEqualTo(Health.Status.UP);
            assertThat(ConnectingSnippets.connectingOver(client)).isEqualTo(Health.Status.UP);
        }
    }

    @PulseTest
    void whatWasAddedSurvivesAKill() throws InterruptedException {
        assertThat(ConnectingSnippets.surviving()).isEqualTo(1);
    }

    @PulseTest
    void streamsAreWrittenTo() throws InterruptedException {
        WritingSnippets.failing(orders);
        assertThat(WritingSnippets.addingOnce(orders).first()).isTrue();
        assertThat(WritingSnippets.addingOnce(orders).first()).isFalse();
        assertThat(orders.snapshot()).hasSize(6);
        assertThat(WritingSnippets.mixing(pulse).snapshot())
                .extracting(event -> (Object) event.payload().getClass())
                .containsExactly(WritingSnippets.Joined.class, WritingSnippets.Left.class);
        EventStream<Order> quotes = WritingSnippets.retaining(pulse);
        assertThat(quotes.figures().maxLength()).isEqualTo(50_000);
        assertThat(WritingSnippets.takingOut(quotes)).isEqualTo(1);
        WritingSnippets.ending(quotes);
        assertThat(pulse.stream("quotes").snapshot()).isEmpty();
    }

    @PulseTest
    void mapsAreSharedAndWatched() throws InterruptedException {
        MapSnippets snippets = new MapSnippets();
        try (ReplicatedMap<String> flags = MapSnippets.using(pulse);
                Watch watch = snippets.watching(flags)) {
            assertThat(flags.get("checkout")).isEqualTo("new");
            MapSnippets.reading(flags);
            assertThat(MapSnippets.testing(flags)).isTrue();
            flags.setAndWait("checkout", "new");
            MapSnippets.clearing(flags);
            soon().until(() -> snippets.told.contains("RESET checkout=-"));
            assertThat(snippets.told)
                    .startsWith("PRESENT checkout=new", "SET leader=node-1", "SET leader=node-2", "DELETE leader=-");
            assertThat(watch.isFinished()).isFalse();
            soon().until(() -> MapSnippets.looking(flags).startsWith("0 entries of revision 10"));
        }
        assertThat(MapSnippets.counting(pulse)).isEqualTo(1);
        assertThat(MapSnippets.counting(pulse)).isEqualTo(2);
        assertThat(MapSnippets.listing(pulse)).isEqualTo(new ListChange(List.of("alan", "grace"), true));
    }

    @PulseTest
    void jobsOfAPoolBeginTellAndEnd() throws InterruptedException {
        Tracking tracking = new Tracking();
        try (PoolNode node = PoolSnippets.working(pulse, tracking)) {
            soon().until(() -> tracking.log.contains("parcel-7 is in Berlin"));
            assertThat(PoolSnippets.dispatchingOnce(node).state()).isEqualTo(Outcome.State.STARTED);
            assertThat(PoolSnippets.failing(node)).isEqualTo("begun");
            assertThat(PoolSnippets.listing(node).owned().values()).containsExactly(3L);
            assertThat(PoolSnippets.reaching(node)).isEqualTo("true true parcel-7 is on its way");
            soon().until(() -> tracking.log.contains("parcel-7 hears the address has changed"));
            PoolSettings settings = PoolSnippets.setting(pulse);
            assertThat(settings.lease()).isEqualTo(Duration.ofSeconds(10));
            assertThat(settings.queueLimit()).isEqualTo(5_000);
            assertThat(PoolSnippets.pausing(node)).isTrue();
            Worker second = node.addService(new Tracking(), WorkerOptions.defaults());
            assertThat(PoolSnippets.leaving(second).how()).isEqualTo(CloseResult.How.DRAINED);
            assertThat(node.jobs()).hasSize(2);
            assertThat(PoolSnippets.ending(node)).isTrue();
            assertThat(tracking.log).doesNotContain("no token");
        }
    }

    @PulseTest
    void tasksAreDoneTriedAgainAndGivenUp() throws InterruptedException {
        Outcome outcome = PoolSnippets.tasking(pulse);
        assertThat(outcome.state()).isEqualTo(Outcome.State.DONE);
        assertThat(outcome.result().orElseThrow()).asString().isEqualTo("[to grace]");
        try (PoolClient pool = pulse.pool("labels")) {
            soon().until(() -> pool.job("parcel-7").isEmpty());
            assertThat(pool.job("parcel-8").orElseThrow().state()).isEqualTo(JobInfo.State.DUE);
            JobRequest empty = JobRequest.of("parcel-10", new byte[0]).withAttempts(1);
            Outcome dead = pool.dispatchAndWait(empty, Duration.ofSeconds(30));
            assertThat(dead.state()).isEqualTo(Outcome.State.DEAD);
            assertThat(dead.error().orElseThrow()).contains("a label needs a text");
            assertThat(PoolSnippets.retrying(pool)).isEqualTo(1);
            soon().until(() -> PoolSnippets.retrying(pool) == 1);
        }
    }

    @PulseTest
    void tasksAreDoneLaterOrNever() throws InterruptedException {
        try (PoolNode node = pulse.joinPool("addresses")) {
            node.addTasks(
                    PoolSnippets.handling(Map.of("near", "here", "far", "x".repeat(100)), 50),
                    WorkerOptions.defaults());
            Duration time = Duration.ofSeconds(30);
            Outcome near = node.dispatchAndWait(JobRequest.of("near", new byte[0]), time);
            assertThat(near.result().orElseThrow()).asString().isEqualTo("here");
            Outcome far = node.dispatchAndWait(JobRequest.of("far", new byte[0]), time);
            assertThat(far.state()).isEqualTo(Outcome.State.DEAD);
            node.enqueue(JobRequest.of("nowhere", new byte[0]));
            soon().untilAsserted(() -> assertThat(node.job("nowhere").orElseThrow())
                    .extracting(JobInfo::state, JobInfo::attempts)
                    .containsExactly(JobInfo.State.DUE, 0));
        }
    }

    @PulseTest
    void poolsDoThingsAtCertainTimes() throws InterruptedException {
        Tracking tracking = new Tracking();
        TimeSnippets snippets = new TimeSnippets();
        try (PoolNode node = pulse.joinPool("timed")) {
            node.addService(tracking, WorkerOptions.defaults());
            Ticker ticker = snippets.ticking(node);
            assertThat(ticker.options().timetable()).isEqualTo(Timetable.every(Duration.ofMinutes(1)));
            ticker.change(TickerOptions.every(Duration.ofMillis(100)));
            soon().until(() -> snippets.log.stream().anyMatch(line -> line.endsWith("missed before")));
            TimeSnippets.changing(ticker);
            assertThat(ticker.options().timetable()).isInstanceOf(Timetable.Cron.class);

            Schedule schedule = snippets.planning(node);
            schedule.change(Timetable.every(Duration.ofMillis(100)));
            soon().until(() -> node.jobs().size() == 2);
            snippets.leaves("alan");
            soon().until(() -> node.jobs().stream().map(JobInfo::key).toList().equals(List.of("track-ada")));
        }
    }

    @PulseTest
    void readersSeeEverything() throws InterruptedException {
        EventId cursor = ReadingSnippets.reading(orders);
        ReadingSnippets snippets = new ReadingSnippets();
        try (Consumption following = snippets.following(orders, cursor)) {
            orders.add("order.placed", new Order("grace", 900));
            soon().untilAsserted(() -> assertThat(snippets.seen).containsExactly("orders: grace"));
            assertThat(following.isFinished()).isFalse();
        }
        snippets.seen.clear();
        EventStream<Order> returns = pulse.stream("returns", Codecs.json(Order.class));
        returns.add(NewEvent.of("order.placed", new Order("ada", -4_200)).withTopic("eu-west"));
        try (Reader<Order> chosen = snippets.choosing(orders, returns)) {
            soon().untilAsserted(
                            () -> assertThat(snippets.seen).containsExactlyInAnyOrder("orders: alan", "returns: ada"));
            assertThat(chosen.streams()).containsExactly("orders", "returns");
        }
    }

    @PulseTest
    void sinksShareEventsOut() throws InterruptedException {
        SinkSnippets snippets = new SinkSnippets();
        try (Consumption billing = snippets.consuming(orders)) {
            soon().until(() -> snippets.done.size() == 4);
            assertThat(snippets.done).contains("charged ada", "charged alan");
            assertThat(billing.isFinished()).isFalse();
        }
        snippets.done.clear();
        try (Sink<Order> taxes = snippets.inOrder(orders)) {
            soon().untilAsserted(() -> assertThat(snippets.done).containsExactly("taxed alan"));
            assertThat(taxes.name()).isEqualTo("taxes");
        }
        snippets.done.clear();
        try (Sink<Order> ledger = snippets.oneAtATime(orders)) {
            soon().until(() -> snippets.done.size() == 4);
            assertThat(snippets.done).allMatch(done -> done.startsWith("in term 1 "));
            assertThat(ledger.name()).isEqualTo("ledger");
        }
        snippets.done.clear();
        EventStream<Order> returns = pulse.stream("returns", Codecs.json(Order.class));
        returns.add("order.returned", new Order("ada", 4_200));
        try (Sink<Order> accounts = snippets.ofSeveralStreams(orders, returns)) {
            soon().until(() -> snippets.done.size() == 5);
            assertThat(snippets.done).contains("orders of ada", "returns of ada");
            accounts.removeStream("returns");
            assertThat(accounts.streams()).containsExactly("orders");
        }
        snippets.done.clear();
        try (Sink<Order> dashboard = snippets.atMostOnce(orders)) {
            orders.add("order.placed", new Order("grace", 900));
            soon().untilAsserted(() -> assertThat(snippets.done).containsExactly("shown grace"));
            assertThat(dashboard.name()).isEqualTo("dashboard");
        }
        assertThat(SinkSnippets.failing().maxDeliveries()).isEqualTo(5);
    }

    @PulseTest
    void whoeverHasADeliverySettlesIt() throws InterruptedException {
        SinkSnippets snippets = new SinkSnippets();
        snippets.settlingByHand(orders);
        assertThat(snippets.done).containsExactly("shipped " + AckResult.ACKED);
        BlockingQueue<Delivery<Order>> warehouse = new LinkedBlockingQueue<>();
        try (Consumption packing = SinkSnippets.handingOver(orders, warehouse)) {
            for (int i = 0; i < 4; i++) {
                Delivery<Order> delivery = warehouse.poll(30, TimeUnit.SECONDS);
                assertThat(delivery).isNotNull();
                assertThat(delivery.ack()).isEqualTo(AckResult.ACKED);
            }
            assertThat(packing.isFinished()).isFalse();
        }
    }

    @PulseTest
    void deadLettersAreReplayed() throws InterruptedException {
        OperatingSnippets operating = new OperatingSnippets();
        try (Pulse watched = operating.listening(uri)) {
            EventStream<Order> seen = watched.stream("orders", Codecs.json(Order.class));
            try (Sink<Order> shipping = seen.sink("shipping", SinkOptions.defaults())) {
                shipping.consumeManually(delivery -> {
                    if (delivery.event().name().equals("order.sent")) {
                        delivery.deadLetter("nothing to ship");
                    } else {
                        delivery.ack();
                    }
                });
                soon().until(() -> orders.deadLetters().count() == 1);
                soon().untilAsserted(() ->
                        assertThat(operating.alarms).containsExactly("shipping gave up: nothing to ship"));
            }
            SinkSnippets.replaying(orders);
            assertThat(orders.deadLetters().count()).isZero();
            SinkSnippets.boundingDeadLetters(pulse);
            assertThat(pulse.stream("orders:dead").figures().maxLength()).isEqualTo(10_000);
            try (Sink<Order> shipping = seen.sink("shipping", SinkOptions.defaults())) {
                assertThat(shipping.poll(10, Duration.ofSeconds(30)))
                        .extracting(delivery -> delivery.event().name())
                        .containsExactly("order.sent");
            }
        }
    }

    @PulseTest
    void figuresHealthAndCloseTellHowItWas() throws InterruptedException {
        SinkSnippets sinks = new SinkSnippets();
        OperatingSnippets snippets = new OperatingSnippets();
        try (Sink<Order> billing = orders.sink("billing", SinkOptions.defaults())) {
            assertThat(OperatingSnippets.measuring(orders, billing)).isEqualTo("4 of " + Retention.DEFAULT_MAX_LENGTH);
        }
        snippets.lookingAt(pulse);
        assertThat(snippets.alarms).isEmpty();
        sinks.consuming(orders);
        soon().until(() -> sinks.done.size() == 4);
        assertThat(OperatingSnippets.ending(pulse).how()).isEqualTo(CloseResult.How.DRAINED);
    }
}
