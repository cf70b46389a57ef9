package dev.pulse.redis;

import dev.pulse.task.Loop;
import dev.pulse.task.LoopSignal;
import dev.pulse.task.Tasks;
import dev.pulse.task.Wakeup;
import java.time.Duration;

/**
 * The loop that keeps the map of slots true: every two seconds, for a node that is frozen tells nobody that another took
 * its place; more often while a node does not answer; and soon after a redirection.
 */
final class ClusterWatch {
    private static final Duration PERIOD = Duration.ofSeconds(2);
    private static final Duration PERIOD_IN_TROUBLE = Duration.ofMillis(250);
    private static final Duration LEAST = Duration.ofMillis(50);

    private final Cluster cluster;
    private final ClusterNodes nodes;
    private final Wakeup pause = new Wakeup();
    private final Loop loop;

    /** Starts it. */
    ClusterWatch(Cluster cluster, ClusterNodes nodes, LoopSignal signal) {
        this.cluster = cluster;
        this.nodes = nodes;
        this.loop = Loop.start(signal, this::turn);
    }

    private void turn() throws InterruptedException {
        // many redirections at once are one reason to ask
        Tasks.sleep(LEAST);
        pause.await(cluster.isTroubled() ? PERIOD_IN_TROUBLE : PERIOD);
        if (!loop.isStopped()) {
            cluster.adopt(nodes.askForSlots());
        }
    }

    void refreshSoon() {
        pause.wake();
    }

    /** Ends it, by the deadline, by {@link System#nanoTime}. */
    void close(long deadline) {
        loop.stop();
        pause.wake();
        boolean ended = false;
        try {
            ended = loop.join(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            loop.interrupt();
        }
        nodes.close();
    }
}
