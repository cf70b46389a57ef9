package dev.pulse.pool.internal;

import dev.pulse.pool.internal.MessageScripts.Handled;
import dev.pulse.pool.internal.MessageScripts.Settled;
import dev.pulse.redis.Redis;
import dev.pulse.task.Batcher;
import dev.pulse.task.Tasks;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells Redis what became of the messages of one worker. One that is alone is told at once, by its own thread; those that come
 * while another is on its way travel many in one script. Thread-safe.
 */
final class HandledMessages {
    /** Longer answers travel alone, so that short ones do not wait behind them. */
    private static final int SHORT = 2 * 1024;

    private final WorkerLife life;
    private final Batcher<OnItsWay> batches;
    private final AtomicInteger underWay = new AtomicInteger();

    HandledMessages(WorkerLife life) {
        this.life = life;
        this.batches = new Batcher<>(life.threadName("answers"), PlacementScripts.MOST, this::settle);
    }

    private record OnItsWay(Handled message, CompletableFuture<Settled> reply) {}

    /** Tells one, and waits until Redis has it. It can be told again. */
    Settled settle(Redis redis, Handled message) throws InterruptedException {
        boolean isAlone = underWay.getAndIncrement() == 0;
        try {
            if (isAlone || message.text().length > SHORT) {
                return life.pool().messages().settle(redis, List.of(message)).getFirst();
            }
            OnItsWay next = new OnItsWay(message, new CompletableFuture<>());
            batches.add(next);
            return Tasks.get(next.reply());
        } finally {
            underWay.decrementAndGet();
        }
    }

    private void settle(List<OnItsWay> batch) {
        try {
            List<Settled> replies = life.pool()
                    .messages()
                    .settle(
                            life.pool().redis(),
                            batch.stream().map(OnItsWay::message).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).reply().complete(replies.get(i));
            }
        } catch (RuntimeException | Error | InterruptedException e) {
            // nobody interrupts this thread
            batch.forEach(one -> one.reply().completeExceptionally(e));
        }
    }
}
