package dev.pulse.pool.internal;

import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.internal.JobHandle.Phase;
import dev.pulse.pool.internal.MessageScripts.Entry;
import dev.pulse.pool.internal.MessageScripts.Forward;
import dev.pulse.pool.internal.MessageScripts.Forwarded;
import dev.pulse.pool.internal.MessageScripts.Handled;
import dev.pulse.task.Tasks;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with what was sent to a job or a key: hands it to the handler, or sends it on when it belongs elsewhere by
 * now. On the key's thread.
 */
final class Deliveries {
    private static final Duration UNTIL_NEXT_LOOK = Duration.ofMillis(20);
    /** How long a message waits for a worker before somebody looks for one again. */
    private static final Duration WITHOUT_WORKER = Duration.ofSeconds(1);

    private final WorkerLife life;
    private final ServiceHandler handler;
    private final Settling settling;
    private final HandledMessages handledMessages;

    Deliveries(WorkerLife life, ServiceHandler handler, Settling settling) {
        this.life = life;
        this.handler = handler;
        this.settling = settling;
        this.handledMessages = new HandledMessages(life);
    }

    /** Something for the job of a key. */
    void note(KeyWork work, @Nullable JobHandle held, Mail mail, InboxEntry.Note note) {
        if (held == null || held.life() != life || held.phase() != Phase.RUNNING) {
            forward(work, mail);
            return;
        }
        if (life.seen().add(note.client(), note.request())) {
            Throwable thrown = life.calls().deliver(work, () -> handler.notified(held, note.payload()));
            if (thrown != null && life.isCut()) {
                // it was interrupted for this worker's sake: it follows the job
                life.seen().forget(note.client(), note.request());
                work.putLast(mail);
                return;
            }
            if (thrown != null) {
                life.reports().noteFailed(held, thrown);
            }
        }
        life.inbox().handled(note);
    }

    /** Something for a key. */
    void message(KeyWork work, Mail mail, InboxEntry.Message message) {
        if (!life.isOwner(message.key())) {
            forward(work, mail);
        } else if (life.seen().add(message.client(), message.request())) {
            handle(work, mail, message);
        } else {
            // it was answered when it came first
            answer(work, message, "", new byte[0]);
        }
    }

    private void handle(KeyWork work, Mail mail, InboxEntry.Message message) {
        AtomicReference<byte @Nullable []> result = new AtomicReference<>();
        Throwable thrown =
                life.calls().deliver(work, () -> result.set(handler.message(message.key(), message.payload())));
        byte[] answer = result.get();
        if (answer != null) {
            answer(work, message, message.client(), answer);
        } else if (thrown != null && life.isCut()) {
            // it was interrupted for this worker's sake: another is to have it
            life.seen().forget(message.client(), message.request());
            forward(work, mail);
        } else {
            refuse(work, message, thrown);
        }
    }

    private void answer(KeyWork work, InboxEntry.Message message, String client, byte[] answer) {
        Entry entry = new Entry(life.id(), message.id(), client, message.request());
        settle(work, message, Handled.done(entry, answer));
    }

    private void refuse(KeyWork work, InboxEntry.Message message, @Nullable Throwable thrown) {
        String cause = thrown == null ? "the handler answered null" : thrown.toString();
        life.reports().messageFailed(life.id(), message.key(), cause, thrown);
        byte[] error = JobSteps.shortened(cause).getBytes(StandardCharsets.UTF_8);
        Entry entry = new Entry(life.id(), message.id(), message.client(), message.request());
        settle(work, message, Handled.failed(entry, error));
    }

    private void settle(KeyWork work, InboxEntry.Message message, Handled handled) {
        settled(message, settling.settle(work, redis -> handledMessages.settle(redis, handled)));
    }

    private void settled(InboxEntry message, MessageScripts.@Nullable Settled settled) {
        if (settled == MessageScripts.Settled.GONE) {
            life.poolGone();
        } else if (settled != null) {
            life.inbox().gone(message);
        }
    }

    /** Sends it on to where it belongs. */
    private void forward(KeyWork work, Mail mail) {
        InboxEntry entry = mail.entry();
        String target = owner(work);
        while (true) {
            String to = target;
            var asked = settling.settle(
                    work,
                    redis -> life.pool()
                            .messages()
                            .forward(
                                    redis,
                                    life.pool().ring().version(),
                                    life.id(),
                                    List.of(new MessageScripts.Leaving(entry.id(), work.key(), to))));
            switch (asked) {
                case null -> {
                    return;
                }
                case Forwarded done
                when done.entries().getFirst().kind() == Forward.Kind.LOOK ->
                    target = done.entries().getFirst().owner();
                case Forwarded done -> {
                    forwarded(work, mail, done.entries().getFirst().kind());
                    return;
                }
                case RingChanged changed -> {
                    life.pool().learn(changed);
                    target = owner(work);
                }
                case Gone gone -> {
                    life.poolGone();
                    return;
                }
            }
        }
    }

    private String owner(KeyWork work) {
        return life.pool().ring().ownerOf(work.key()).orElse("");
    }

    private void forwarded(KeyWork work, Mail mail, Forward.Kind what) {
        InboxEntry entry = mail.entry();
        switch (what) {
            case OK, STALE -> life.inbox().gone(entry);
            case DROPPED -> {
                life.inbox().gone(entry);
                life.reports().cameTooLate(life.id(), work.key());
            }
            case NOWORKER -> {
                Entry held = new Entry(life.id(), entry.id(), "", "");
                settled(
                        entry,
                        settling.settle(
                                work, redis -> life.pool().messages().later(redis, held, WITHOUT_WORKER, false, "")));
            }
            // what says that it is ours is read next, or has just been written
            case OURS -> {
                settling.settle(work, redis -> {
                    Tasks.sleep(UNTIL_NEXT_LOOK);
                    return true;
                });
                work.putLast(mail);
            }
            case LOOK -> throw new IllegalStateException("it was to be looked for elsewhere");
        }
    }
}
