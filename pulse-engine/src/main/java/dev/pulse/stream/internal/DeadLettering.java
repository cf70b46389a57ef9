package dev.pulse.stream.internal;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.RedisReplyException;
import dev.pulse.StreamConfigException;
import dev.pulse.stream.EventId;
import dev.pulse.stream.NewEvent;
import dev.pulse.task.Batcher;
import dev.pulse.wire.StreamKeys;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves what a sink gives up to the dead letters, one after another and in the background, so that neither a handler nor
 * a loop waits for it. Thread-safe.
 */
final class DeadLettering<T> {
    static final String SINK = "dead-letter-sink";
    static final String CAUSE = "dead-letter-cause";
    static final String DELIVERIES = "dead-letter-deliveries";
    static final String ID = "dead-letter-id";
    static final String INCARNATION = "dead-letter-incarnation";

    private static final Logger LOG = LoggerFactory.getLogger(DeadLettering.class);
    private static final int CAUSE_LENGTH = 4_096;
    private static final long MANY = 10_000;

    private final SinkSource<T> source;
    private final InFlight<T> inFlight;
    private final Room<T> room;
    private final Outbox outbox;
    private final Batcher<Letter<T>> letters;
    private final Set<EventId> unburied = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean manyReported = new AtomicBoolean();

    /**
     * An event to be given up.
     *
     * @param delivery in state ACKING; null for an entry that is no event, and then
     * @param fields what it holds
     */
    private record Letter<T>(
            EventId id, @Nullable SinkDelivery<T> delivery, List<byte[]> fields, String cause, long deliveries) {}

    DeadLettering(SinkSource<T> source, InFlight<T> inFlight, Room<T> room, Outbox outbox) {
        this.source = source;
        this.inFlight = inFlight;
        this.room = room;
        this.outbox = outbox;
        this.letters = new Batcher<>("sink dead letters", 1, batch -> bury(batch.getFirst()));
    }

    /** Gives up a delivery in state ACKING, some time soon. */
    void giveUp(SinkDelivery<T> delivery, String cause) {
        outbox.expect();
        letters.add(new Letter<>(delivery.id(), delivery, List.of(), cause, delivery.attempt()));
    }

    /** Gives up an entry for which there is no delivery, some time soon; until then it counts as in flight. */
    void giveUp(EventId id, List<byte[]> fields, String cause, long deliveries) {
        unburied.add(id);
        room.enter();
        outbox.expect();
        letters.add(new Letter<>(id, null, fields, cause, deliveries));
    }

    /** Whether an entry for which there is no delivery is on its way. */
    boolean holds(EventId id) {
        return unburied.contains(id);
    }

    private void bury(Letter<T> letter) {
        try {
            SinkDelivery<T> delivery = letter.delivery();
            SinkDelivery.State end = state(letter);
            if (delivery == null) {
                unburied.remove(letter.id());
                room.leave();
            } else if (end == SinkDelivery.State.PARKED) {
                source.tryAgain(delivery);
            } else {
                delivery.move(SinkDelivery.State.ACKING, end);
                inFlight.remove(delivery);
            }
        } finally {
            outbox.done(1);
        }
    }

    /** Tells Redis, and says what becomes of the delivery. */
    private SinkDelivery.State state(Letter<T> letter) {
        SinkGroup group = outbox.group();
        if (StreamKeys.isDeadLetters(group.member().stream())) {
            if (!outbox.say(now -> now.ack(List.of(letter.id())))) {
                return SinkDelivery.State.RELEASED;
            }
            group.reports().dropped(letter.id(), "given up, and dead letters have no dead letters: " + letter.cause());
            return SinkDelivery.State.ACKED;
        }
        Attempt attempt = new Attempt(letter);
        if (!outbox.say(attempt)) {
            return SinkDelivery.State.RELEASED;
        }
        return switch (attempt.result) {
            case DeadStream.Buried.Done(long count) -> {
                buried(group, letter, count);
                yield SinkDelivery.State.ACKED;
            }
            case DeadStream.Buried.Trimmed trimmed -> {
                group.reports().gone(letter.id());
                yield SinkDelivery.State.ACKED;
            }
            case DeadStream.Buried.NotOurs notOurs -> {
                if (!attempt.maybeDone) {
                    group.reports().leaseLost(letter.id());
                }
                yield SinkDelivery.State.LOST;
            }
            case null -> SinkDelivery.State.PARKED;
        };
    }

    private void buried(SinkGroup group, Letter<T> letter, long count) {
        group.reports().deadLettered(letter.id(), letter.cause());
        if (count > MANY && manyReported.compareAndSet(false, true)) {
            LOG.warn(
                    "stream={} state=many-dead-letters count={} note=\"nothing trims them\"",
                    StreamKeys.deadLetters(group.member().stream()),
                    count);
        }
    }

    /** One letter on its way, which may take several tries. */
    private final class Attempt implements Outbox.Words {
        private final Letter<T> letter;
        private boolean maybeDone;
        /** Null when Redis refuses it for good. */
        private DeadStream.@Nullable Buried result;

        Attempt(Letter<T> letter) {
            this.letter = letter;
        }

        @Override
        public void say(SinkGroup group) throws InterruptedException {
            try {
                result = group.bury(letter.id(), headers(group), letter.fields());
                if (result instanceof DeadStream.Buried.Trimmed) {
                    List<byte[]> again = encodedAgain();
                    if (!again.isEmpty()) {
                        result = group.bury(letter.id(), headers(group), again);
                    }
                }
                if (result instanceof DeadStream.Buried.Trimmed) {
                    group.ack(List.of(letter.id()));
                }
            } catch (OutcomeUnknownException e) {
                maybeDone = true;
                throw e;
            } catch (RedisReplyException | StreamConfigException e) {
                // saying it again at once would be refused again: it stays pending, and is tried when it comes due
                LOG.error(
                        "stream={} sink={} event={} state=not-dead-lettered",
                        group.member().stream(),
                        group.member().sink(),
                        letter.id(),
                        e);
                result = null;
            }
        }

        private List<byte[]> headers(SinkGroup group) {
            String cause = letter.cause();
            return List.of(
                    DeadStream.field(SINK), utf8(group.member().sink()),
                    DeadStream.field(CAUSE),
                            utf8(cause.length() > CAUSE_LENGTH ? cause.substring(0, CAUSE_LENGTH) : cause),
                    DeadStream.field(DELIVERIES), utf8(Long.toString(letter.deliveries())),
                    DeadStream.field(ID), utf8(letter.id().toString()),
                    DeadStream.field(INCARNATION),
                            utf8(Long.toString(group.member().incarnation().number())));
        }

        /** The entry was trimmed under the delivery: what it held, as far as it can be written again. */
        private List<byte[]> encodedAgain() {
            SinkDelivery<T> delivery = letter.delivery();
            if (delivery == null) {
                return List.of();
            }
            var event = delivery.event();
            try {
                return source.entries()
                        .encode(new NewEvent<>(event.name(), event.topic(), event.payload(), event.headers()));
            } catch (RuntimeException e) {
                LOG.warn("event={} state=not-encoded-again", letter.id(), e);
                return List.of();
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
