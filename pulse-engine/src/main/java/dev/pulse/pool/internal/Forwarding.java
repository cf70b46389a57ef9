package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MessageScripts.Forward;
import dev.pulse.pool.internal.MessageScripts.Forwarded;
import dev.pulse.pool.internal.MessageScripts.Leaving;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.redis.Replies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends on what is left in the inbox of a worker that leaves or is gone: notifications follow their job, messages go to the
 * worker that the ring has now. Any node may, at any time.
 */
final class Forwarding {
    /** How soon a message is looked at again for which there is no worker. */
    private static final Duration WITHOUT_WORKER = Duration.ofSeconds(1);

    private final Redis redis;
    private final WorkerReports reports;

    Forwarding(Redis redis, WorkerReports reports) {
        this.redis = redis;
        this.reports = reports;
    }

    /** Leaves nothing there but what is about jobs that the worker still owns. */
    void empty(PoolIncarnation at, String worker) throws InterruptedException {
        String after = "-";
        while (true) {
            List<InboxEntry> entries = entries(at, worker, after);
            if (entries.isEmpty()) {
                return;
            }
            forward(at, worker, entries);
            after = "(" + entries.getLast().id();
        }
    }

    private List<InboxEntry> entries(PoolIncarnation at, String worker, String from) throws InterruptedException {
        return Replies.list(redis.call(Command.repeatable("XRANGE")
                        .key(at.keys().inbox(worker))
                        .arg(from)
                        .arg("+")
                        .arg("COUNT")
                        .arg(PlacementScripts.MOST)))
                .stream()
                .map(InboxEntry::read)
                .toList();
    }

    private void forward(PoolIncarnation at, String worker, List<InboxEntry> entries) throws InterruptedException {
        List<InboxEntry> left = entries;
        List<String> owners = entries.stream().map(entry -> "").toList();
        while (!left.isEmpty()) {
            Ring ring = at.ring();
            List<Leaving> leaving = new ArrayList<>();
            for (int i = 0; i < left.size(); i++) {
                InboxEntry entry = left.get(i);
                String target = entry instanceof InboxEntry.Message
                        ? ring.ownerOf(key(entry)).orElse("")
                        : owners.get(i);
                leaving.add(new Leaving(entry.id(), key(entry), target));
            }
            switch (at.messages().forward(redis, ring.version(), worker, leaving)) {
                case RingChanged changed -> at.learn(changed);
                case Gone gone -> left = List.of();
                case Forwarded forwarded -> {
                    List<InboxEntry> again = new ArrayList<>();
                    List<String> elsewhere = new ArrayList<>();
                    for (int i = 0; i < left.size(); i++) {
                        Forward one = forwarded.entries().get(i);
                        settle(at, worker, left.get(i), one);
                        if (one.kind() == Forward.Kind.LOOK) {
                            again.add(left.get(i));
                            elsewhere.add(one.owner());
                        }
                    }
                    left = again;
                    owners = elsewhere;
                }
            }
        }
    }

    private void settle(PoolIncarnation at, String worker, InboxEntry entry, Forward forward)
            throws InterruptedException {
        switch (forward.kind()) {
            case DROPPED -> reports.dropped(worker, entry.id(), "its job \"" + key(entry) + "\" has ended");
            case NOWORKER -> {
                if (entry instanceof InboxEntry.Message message) {
                    at.messages()
                            .later(
                                    redis,
                                    new MessageScripts.Entry(worker, message.id(), message.client(), message.request()),
                                    WITHOUT_WORKER,
                                    false,
                                    "");
                }
            }
            case OK, LOOK, OURS, STALE -> {}
        }
    }

    private static String key(InboxEntry entry) {
        return switch (entry) {
            case InboxEntry.Start start -> start.key();
            case InboxEntry.Stop stop -> stop.key();
            case InboxEntry.Note note -> note.key();
            case InboxEntry.Message message -> message.key();
            case InboxEntry.Changed changed -> "";
            case InboxEntry.Malformed malformed -> "";
        };
    }
}
