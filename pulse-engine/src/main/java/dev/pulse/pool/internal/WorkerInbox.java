package dev.pulse.pool.internal;

import dev.pulse.PulseException;
import dev.pulse.redis.Command;
import dev.pulse.task.Backoff;
import dev.pulse.task.Batcher;
import dev.pulse.task.Tasks;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The inbox of one worker, as far as it was read: passes each entry on to the key it is about, and removes those that are
 * handled, unless the script that settles one does so. Thread-safe.
 */
final class WorkerInbox {
    private final WorkerLife life;
    private final NodeWork node;
    private final String key;
    /** Notes and messages that were read and not handled. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    private final Batcher<String> handled;
    /** The greatest token read; written by the thread that reads. */
    private volatile long greatest;

    WorkerInbox(WorkerLife life, NodeWork node) {
        this.life = life;
        this.node = node;
        this.key = life.pool().keys().inbox(life.id());
        this.handled = new Batcher<>(life.threadName("handled"), PlacementScripts.MOST, this::delete);
    }

    /** Its key in Redis. */
    String key() {
        return key;
    }

    /** The greatest token that was read. */
    long greatestToken() {
        return greatest;
    }

    /** Takes what was read; by one thread, in that order. */
    void accept(InboxEntry entry) {
        switch (entry) {
            case InboxEntry.Start start -> post(start.key(), start, isNew(start.token()));
            // a stop can come before its start, which is not new then
            case InboxEntry.Stop stop -> post(stop.key(), stop, isNew(stop.token()));
            case InboxEntry.Note note -> postOnce(note.key(), note);
            case InboxEntry.Message message -> postOnce(message.key(), message);
            case InboxEntry.Changed changed -> {
                node.wake();
                handled(changed);
            }
            case InboxEntry.Malformed malformed -> {
                life.reports().dropped(life.id(), malformed.id(), malformed.cause());
                handled(malformed);
            }
        }
    }

    private boolean isNew(long token) {
        boolean isNew = token > greatest;
        greatest = Math.max(greatest, token);
        return isNew;
    }

    private void postOnce(String about, InboxEntry entry) {
        if (!underWay.add(entry.id())) {
            return;
        }
        if (life.isAtWork() && life.steps().deliversAtOnce()) {
            node.keys().postAside(about, new Mail(life, entry, true));
        } else {
            post(about, entry, true);
        }
    }

    private void post(String about, InboxEntry entry, boolean isNew) {
        if (life.isAtWork()) {
            node.keys().post(about, new Mail(life, entry, isNew));
        }
    }

    /** An entry is done with. */
    void handled(InboxEntry entry) {
        handled.add(entry.id());
    }

    /** An entry is done with, and not there any more. */
    void gone(InboxEntry entry) {
        underWay.remove(entry.id());
    }

    private void delete(List<String> ids) {
        Command command = Command.repeatable("XDEL").key(key);
        ids.forEach(command::arg);
        Backoff backoff = Settling.backoff();
        try {
            while (life.isAtWork()) {
                try {
                    life.pool().redis().call(command);
                    ids.forEach(underWay::remove);
                    return;
                } catch (PulseException e) {
                    life.reports().unsettled(key, e);
                    Tasks.sleep(backoff.next());
                }
            }
        } catch (InterruptedException e) {
            // the thread ends with its batch; what is left is read again, or swept
            Thread.currentThread().interrupt();
        }
    }
}
