package dev.pulse.redis;

import dev.pulse.PulseException;
import dev.pulse.RedisUnavailableException;
import dev.pulse.task.Backoff;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Commands of one caller on their way through a cluster, node by node. Those that a node did not run, because their slot
 * is elsewhere or nobody serves it at the moment, go out again, alone; the others keep their replies. For one thread.
 */
final class ClusterCalls {
    /** How often a redirection is followed at once; more of them mean that the nodes disagree for the moment. */
    private static final int QUICK_REDIRECTIONS = 5;

    private final Cluster cluster;
    private final List<Command> commands;
    private final long deadline;
    private final Duration timeout;
    private final @Nullable Object[] replies;
    /** Where a command is to go next; null for the owner of its slot. */
    private final Topology.@Nullable Redirection[] asked;

    private List<Integer> pending;
    private boolean anyAnswered;
    /** Why it goes on only after a pause; null when it need not. */
    private @Nullable Throwable obstacle;

    private @Nullable Throwable lastObstacle;

    ClusterCalls(Cluster cluster, List<Command> commands, long deadline, Duration timeout) {
        this.cluster = cluster;
        this.commands = commands;
        this.deadline = deadline;
        this.timeout = timeout;
        this.replies = new Object[commands.size()];
        this.asked = new Topology.Redirection[commands.size()];
        this.pending = IntStream.range(0, commands.size()).boxed().toList();
    }

    /**
     * Runs until each has a reply, or an exception in place of one. Throws where nothing was done at all.
     *
     * @param patient as for {@link Lane#carry}, at the first attempt
     */
    @Nullable
    Object[] run(boolean patient) throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofMillis(10), Duration.ofMillis(500));
        boolean stillPatient = patient;
        for (int round = 0; !pending.isEmpty(); round++) {
            obstacle = null;
            try {
                sendPending(stillPatient);
            } catch (PulseException e) {
                giveUp(e);
                return replies;
            }
            stillPatient = false;
            lastObstacle = obstacle == null ? lastObstacle : obstacle;
            if (!pending.isEmpty() && (obstacle != null || round >= QUICK_REDIRECTIONS)) {
                cluster.refreshSoon();
                Duration pause = backoff.next();
                if (cluster.isClosed() || System.nanoTime() + pause.toNanos() >= deadline) {
                    giveUp(told(lastObstacle == null ? new IllegalStateException("its nodes disagree") : lastObstacle));
                    return replies;
                }
                Tasks.sleep(pause);
            }
        }
        return replies;
    }

    private static PulseException told(Throwable obstacle) {
        return obstacle instanceof PulseException already ? already : Failures.unavailable("the cluster", obstacle);
    }

    /** What has no reply yet gets this; alone it is thrown. */
    private void giveUp(PulseException e) {
        if (!anyAnswered) {
            throw e;
        }
        pending.forEach(i -> replies[i] = e);
    }

    private void sendPending(boolean patient) throws InterruptedException {
        Map<Topology.Redirection, List<Integer>> byNode = new LinkedHashMap<>();
        List<Integer> again = new ArrayList<>();
        for (int i : pending) {
            try {
                byNode.computeIfAbsent(next(i), node -> new ArrayList<>()).add(i);
            } catch (RedisUnavailableException e) {
                // nobody serves its slot at the moment
                obstacle = e;
                again.add(i);
            }
        }
        for (Map.Entry<Topology.Redirection, List<Integer>> group : byNode.entrySet()) {
            send(group.getKey(), group.getValue(), patient, again);
        }
        pending = again;
    }

    private Topology.Redirection next(int i) {
        Topology.Redirection redirection = asked[i];
        asked[i] = null;
        return redirection != null ? redirection : new Topology.Redirection(cluster.primaryFor(commands.get(i)), false);
    }

    private void send(Topology.Redirection node, List<Integer> group, boolean patient, List<Integer> again)
            throws InterruptedException {
        List<Command> batch = new ArrayList<>();
        for (int i : group) {
            if (node.asking()) {
                batch.add(Command.asking());
            }
            batch.add(commands.get(i));
        }
        boolean repeatable = Topology.isRepeatable(batch);
        Call call = new Call(batch);
        if (!cluster.carry(node.to(), call, deadline, timeout, repeatable, patient)) {
            again.addAll(group);
        } else if (call.lost() != null) {
            cluster.refreshSoon();
            if (!repeatable) {
                throw Topology.outcomeUnknown(node.to(), batch, call.lost());
            }
            obstacle = call.lost();
            again.addAll(group);
        } else {
            int each = node.asking() ? 2 : 1;
            for (int k = 0; k < group.size(); k++) {
                take(group.get(k), call.replies()[(k + 1) * each - 1], node.to(), again);
            }
        }
    }

    private void take(int i, @Nullable Object reply, Primary from, List<Integer> again) {
        if (!(reply instanceof JedisDataException error)) {
            replies[i] = reply;
            anyAnswered = true;
            return;
        }
        Topology.Redirection redirection = cluster.redirection(error, from);
        if (redirection != null) {
            asked[i] = redirection;
            again.add(i);
        } else if (Failures.isPassing(error)) {
            obstacle = error;
            again.add(i);
        } else {
            replies[i] = Topology.translated(from, commands.get(i), error);
            anyAnswered = true;
        }
    }
}
