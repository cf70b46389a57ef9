package dev.pulse.jmh;

import dev.pulse.jmh.peer.GroupConsumer;
import java.util.concurrent.CountDownLatch;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One consumer and a backlog that it works off, in each invocation as a new group. */
@State(Scope.Benchmark)
public abstract class GroupWork {
    private final int events;
    private final BenchRedis redis = new BenchRedis();
    private Backlog backlog;
    private GroupConsumer consumer;
    private GroupConsumer.End working = () -> {};
    private int group;

    /** So many events. */
    GroupWork(int events) {
        this.events = events;
    }

    abstract GroupConsumer connect(BenchRedis redis, Backlog backlog) throws Exception;

    /** Fills the stream. */
    @Setup
    public void fill() throws Exception {
        backlog = new Backlog(redis, events);
        consumer = connect(redis, backlog);
    }

    /** Has all events handled and acknowledged. */
    void off() throws Exception {
        CountDownLatch handled = new CountDownLatch(events);
        working = consumer.begin("group-" + group++, payload -> handled.countDown());
        handled.await();
        backlog.awaitAcked();
    }

    /** Leaves the group and removes it. */
    @TearDown(Level.Invocation)
    public void end() throws Exception {
        working.end();
        backlog.forgetGroups();
    }

    /** Closes everything. */
    @TearDown
    public void close() throws InterruptedException {
        consumer.close();
        backlog.close();
        redis.close();
    }
}
