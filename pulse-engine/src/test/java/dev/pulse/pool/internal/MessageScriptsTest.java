package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.ScriptPool.CLIENT;
import static dev.pulse.pool.internal.ScriptPool.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.PoolSnapshot;
import dev.pulse.pool.internal.MessageScripts.Entry;
import dev.pulse.pool.internal.MessageScripts.Forward;
import dev.pulse.pool.internal.MessageScripts.Forwarded;
import dev.pulse.pool.internal.MessageScripts.Handled;
import dev.pulse.pool.internal.MessageScripts.Leaving;
import dev.pulse.pool.internal.MessageScripts.Message;
import dev.pulse.pool.internal.MessageScripts.Sending;
import dev.pulse.pool.internal.MessageScripts.Settled;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Messages, and what happens to what is in an inbox when its worker goes. */
@RedisTest(shared = true)
class MessageScriptsTest {
    private ScriptPool pool;

    @BeforeEach
    void open(TestRedis redis, Prefix prefix) throws InterruptedException {
        pool = ScriptPool.open(redis, prefix.name("pool"));
        pool.beat();
        pool.join("w1");
        pool.join("w2");
    }

    @AfterEach
    void check() {
        pool.invariants.check();
        pool.close();
    }

    private Sending send(String key, String worker) throws InterruptedException {
        return pool.messages.send(
                pool.redis, pool.version(), worker, new Message(key, bytes("about " + key), CLIENT, "r-" + key));
    }

    /** The message in a worker's inbox. */
    private Entry message(String worker) {
        PoolSnapshot.Entry entry = pool.inbox(worker, "g").getFirst();
        return new Entry(worker, entry.id(), entry.field("c"), entry.field("id"));
    }

    private Forward forward(String kind, String key, String target) throws InterruptedException {
        String entry = pool.inbox("w1", kind).getFirst().id();
        return ((Forwarded) pool.messages.forward(
                        pool.redis, pool.version(), "w1", List.of(new Leaving(entry, key, target))))
                .entries()
                .getFirst();
    }

    @PulseTest
    void aMessageIsInTheInboxAndItsAnswerIsTold() throws InterruptedException {
        assertThat(send("k", "w1")).isEqualTo(new MessageScripts.Sent());
        assertThat(pool.inbox("w1", "g").getFirst().fields())
                .containsAllEntriesOf(Map.of("k", "k", "p", "about k", "c", CLIENT, "id", "r-k", "a", "0"));
        assertThat(pool.hash("m")).containsEntry("mq", "1");
        Entry message = message("w1");
        assertThat(pool.settle(Handled.done(message, bytes("yes")))).isEqualTo(Settled.OK);
        assertThat(pool.settle(Handled.done(message, bytes("yes")))).isEqualTo(Settled.STALE);
        var reply = pool.snapshot().entries("re:" + CLIENT).getFirst().fields();
        assertThat(reply).containsAllEntriesOf(Map.of("y", "m", "id", "r-k", "st", "done", "e", "yes"));
        assertThat(pool.hash("m")).containsEntry("mq", "0");
        send("k", "w2");
        assertThat(pool.settle(Handled.failed(message("w2"), bytes("boom")))).isEqualTo(Settled.OK);
        assertThat(pool.replies()).containsExactly("m r-k done", "m r-k failed");
    }

    @PulseTest
    void manyAreSettledAtOnceAndEachIsTold() throws InterruptedException {
        for (String key : List.of("a", "b", "c")) {
            send(key, "w1");
        }
        List<Entry> all = pool.inbox("w1", "g").stream()
                .map(entry -> new Entry("w1", entry.id(), entry.field("c"), entry.field("id")))
                .toList();
        pool.settle(Handled.done(all.get(1), bytes("before")));
        var became = pool.messages.settle(
                pool.redis,
                List.of(
                        Handled.done(all.get(0), bytes("yes")),
                        Handled.done(all.get(1), bytes("again")),
                        Handled.failed(all.get(2), bytes("boom"))));
        assertThat(became).containsExactly(Settled.OK, Settled.STALE, Settled.OK);
        assertThat(pool.replies()).containsExactly("m r-b done", "m r-a done", "m r-c failed");
        assertThat(pool.hash("m")).containsEntry("mq", "0");
        assertThat(pool.inbox("w1", "g")).isEmpty();
    }

    @PulseTest
    void messagesAreRefusedInThisOrder() throws InterruptedException {
        var message = new Message("k", bytes("p"), CLIENT, "r");
        assertThat(pool.messages.send(pool.redis, pool.version(), "", message))
                .isEqualTo(new MessageScripts.Unplaced());
        assertThat(pool.messages.send(pool.redis, 1, "", message)).isEqualTo(new RingChanged(2, "w1,w2"));
        pool.meta("mmax", "0");
        assertThat(pool.messages.send(pool.redis, 1, "", message)).isEqualTo(new MessageScripts.TooMany());
        pool.pools.shutdown(pool.redis, pool.keys, List.of());
        assertThat(pool.messages.send(pool.redis, 1, "", message)).isEqualTo(new Closing());
    }

    @PulseTest
    void aMessagePutAsideComesBackWhenItsTimeHasCome() throws InterruptedException {
        send("k", "w1");
        Entry message = message("w1");
        assertThat(pool.messages.later(pool.redis, message, Duration.ofHours(1), true, "w2"))
                .isEqualTo(Settled.OK);
        assertThat(pool.messages.later(pool.redis, message, Duration.ofHours(1), true, "w2"))
                .isEqualTo(Settled.STALE);
        // one as w2 joined, one for the first that comes due
        assertThat(pool.inbox("w2", "r")).hasSize(2);
        assertThat(pool.reads.due(pool.redis, 0, 100).messages()).isEmpty();
        var aside = pool.reads.aside(pool.redis).messages();
        assertThat(aside).hasSize(1).containsValue("k");
        String name = aside.keySet().iterator().next();
        assertThat(pool.messages.place(pool.redis, pool.version(), "w2", name))
                .isEqualTo(new MessageScripts.TooEarly());
        pool.call("ZADD", pool.keys.due(), "1", "m:" + name);
        assertThat(pool.messages.place(pool.redis, 1, "w2", name)).isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(pool.messages.place(pool.redis, pool.version(), "w2", name)).isEqualTo(new MessageScripts.Sent());
        assertThat(pool.messages.place(pool.redis, pool.version(), "w2", name))
                .isEqualTo(new MessageScripts.NotAside());
        assertThat(pool.inbox("w2", "g").getFirst().fields())
                .containsAllEntriesOf(Map.of("k", "k", "p", "about k", "c", CLIENT, "id", "r-k", "a", "1"));
        assertThat(pool.hash("m")).containsEntry("mq", "1");
    }

    @PulseTest
    void messagesFollowTheRing() throws InterruptedException {
        send("k", "w1");
        assertThat(forward("g", "k", "")).isEqualTo(new Forward(Forward.Kind.NOWORKER, ""));
        assertThat(forward("g", "k", "w1")).isEqualTo(new Forward(Forward.Kind.OURS, ""));
        String entry = pool.inbox("w1", "g").getFirst().id();
        assertThat(pool.messages.forward(pool.redis, 1, "w1", List.of(new Leaving(entry, "k", "w2"))))
                .isEqualTo(new RingChanged(2, "w1,w2"));
        assertThat(forward("g", "k", "w2")).isEqualTo(new Forward(Forward.Kind.OK, ""));
        assertThat(pool.messages.forward(pool.redis, 2, "w1", List.of(new Leaving(entry, "k", "w2"))))
                .isEqualTo(new Forwarded(List.of(new Forward(Forward.Kind.STALE, ""))));
        assertThat(pool.inbox("w2", "g").getFirst().field("p")).isEqualTo("about k");
        assertThat(pool.inbox("w1", "g")).isEmpty();
    }

    @PulseTest
    void notificationsFollowTheirJob() throws InterruptedException {
        var job = pool.assign("k", "w1");
        pool.reach.note(pool.redis, new ReachScripts.Notification("k", "w1", bytes("n"), CLIENT, "r1"));
        assertThat(forward("n", "k", "w1")).isEqualTo(new Forward(Forward.Kind.OURS, ""));
        var moved = (PlacementScripts.Placed) pool.placement.move(
                pool.redis,
                pool.version(),
                "w1",
                List.of(new PlacementScripts.Moving("k", job.id(), job.token(), "", CLIENT, "w2")));
        assertThat(forward("n", "k", "")).isEqualTo(new Forward(Forward.Kind.LOOK, "w2"));
        assertThat(forward("n", "k", "w2")).isEqualTo(new Forward(Forward.Kind.OK, ""));
        var entry = pool.inbox("w2", "n").getFirst();
        assertThat(entry.field("p")).isEqualTo("n");
        assertThat(entry.field("t")).isEqualTo("" + moved.jobs().getFirst().token());
    }

    @PulseTest
    void aNotificationWhoseJobRunsNowhereIsDroppedAndThatIsTold() throws InterruptedException {
        var job = pool.assign("k", "w1");
        pool.reach.note(pool.redis, new ReachScripts.Notification("k", "w1", bytes("n"), CLIENT, "r1"));
        pool.owners.stopped(pool.redis, job, List.of(), List.of());
        assertThat(forward("n", "k", "w2")).isEqualTo(new Forward(Forward.Kind.DROPPED, ""));
        assertThat(pool.inbox("w1", "n")).isEmpty();
    }

    @PulseTest
    void whatIsAboutJobsThatAreElsewhereIsRemovedAndWhatIsAboutOursStays() throws InterruptedException {
        var job = pool.assign("k", "w1");
        pool.reach.stop(pool.redis, ScriptPool.stopOf("k", "w1", "", CLIENT, "r1", "", ""));
        assertThat(forward("s", "k", "")).isEqualTo(new Forward(Forward.Kind.OURS, ""));
        assertThat(forward("x", "k", "")).isEqualTo(new Forward(Forward.Kind.OURS, ""));
        assertThat(forward("r", "", "")).isEqualTo(new Forward(Forward.Kind.OK, ""));
        pool.owners.stopped(pool.redis, job, List.of(), List.of());
        assertThat(forward("s", "k", "")).isEqualTo(new Forward(Forward.Kind.OK, ""));
        assertThat(forward("x", "k", "")).isEqualTo(new Forward(Forward.Kind.OK, ""));
        pool.call("XADD", pool.keys.inbox("w1"), "*", "nothing", "we know");
        forward("r", "", "");
        String odd = pool.entryIds("w1").getFirst();
        assertThat(pool.messages.forward(pool.redis, 2, "w1", List.of(new Leaving(odd, "", ""))))
                .isEqualTo(new Forwarded(List.of(new Forward(Forward.Kind.OK, ""))));
        assertThat(pool.entryIds("w1")).isEmpty();
    }

    @PulseTest
    void withoutItsMetaAnIncarnationIsGoneAndNothingIsWritten() throws InterruptedException {
        send("k", "w1");
        Entry message = message("w1");
        pool.lose();
        assertThat(send("k", "w1")).isEqualTo(new Gone());
        assertThat(pool.settle(Handled.done(message, bytes("")))).isEqualTo(Settled.GONE);
        assertThat(pool.messages.later(pool.redis, message, Duration.ZERO, false, ""))
                .isEqualTo(Settled.GONE);
        assertThat(pool.messages.place(pool.redis, 2, "w1", "x")).isEqualTo(new Gone());
        assertThat(pool.messages.forward(pool.redis, 2, "w1", List.of())).isEqualTo(new Gone());
        assertThat(pool.snapshot().content()).isEmpty();
    }
}
