package dev.pulse.camel.sink;

import dev.pulse.camel.EventIds;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseProducer;
import dev.pulse.stream.DeadLetter;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.EventId;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.StreamFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Looks after a sink; what it finds is the body. */
class PulseSinkProducer extends PulseProducer {
    private static final int PAGE = 1_000;
    private static final String DEAD = ":dead";

    private final PulseSinkEndpoint endpoint;

    PulseSinkProducer(PulseSinkEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        SinkOperation operation =
                message.getHeader(PulseConstants.OPERATION, endpoint.getOperation(), SinkOperation.class);
        // it was meant for this endpoint, and not for the next one on the way
        message.removeHeader(PulseConstants.OPERATION);
        message.setBody(
                switch (operation) {
                    case INFO -> info();
                    case LAG -> lag(groups());
                    case PENDING -> pending(groups());
                    case ACK -> settle(message, ManualAck::ack);
                    case NACK -> settle(message, this::nack);
                    case DEAD_LETTERS -> deadLetters();
                    case REPLAY -> replay(message);
                    case REPLAY_AS_NEW -> replayAsNew(message);
                });
    }

    /** A handle of its own each time, so that the end of an incarnation is not the end of this. */
    private EventStream<Object> stream(String name) {
        return pulse().stream(name, endpoint.payloadCodec().codec());
    }

    private Map<String, @Nullable Object> info() throws InterruptedException {
        List<StreamFigures.Group> groups = groups();
        long dead = 0;
        for (String stream : endpoint.address().streams()) {
            dead += stream(stream).deadLetters().count();
        }
        Map<String, @Nullable Object> info = new LinkedHashMap<>();
        info.put("sink", endpoint.address().sink());
        info.put("streams", endpoint.address().streams());
        info.put("lag", lag(groups));
        info.put("pending", pending(groups));
        info.put("deadLetters", dead);
        return info;
    }

    /** The sink in each of its streams where it is. */
    private List<StreamFigures.Group> groups() throws InterruptedException {
        List<StreamFigures.Group> groups = new ArrayList<>();
        for (String stream : endpoint.address().streams()) {
            stream(stream).figures().groups().stream()
                    .filter(group -> group.sink().equals(endpoint.address().sink()))
                    .forEach(groups::add);
        }
        return groups;
    }

    private static @Nullable Long lag(List<StreamFigures.Group> groups) {
        boolean known = !groups.isEmpty()
                && groups.stream().allMatch(group -> group.lag().isPresent());
        return known ? groups.stream().mapToLong(group -> group.lag().orElse(0)).sum() : null;
    }

    private static @Nullable Long pending(List<StreamFigures.Group> groups) {
        return groups.isEmpty()
                ? null
                : groups.stream().mapToLong(StreamFigures.Group::pending).sum();
    }

    private interface Use {
        void of(ManualAck ack);
    }

    /** How many of these events were held here. */
    private int settle(Message message, Use use) {
        int settled = 0;
        for (EventId id : EventIds.of(message)) {
            ManualAck held =
                    endpoint.sinkComponent().held(pulse(), endpoint.address().sink(), streams(message), id);
            if (held != null) {
                use.of(held);
                settled++;
            }
        }
        return settled;
    }

    private void nack(ManualAck ack) {
        Long delay = endpoint.getDelay();
        if (delay == null) {
            ack.nack();
        } else {
            ack.nack(Duration.ofMillis(delay));
        }
    }

    private List<DeadLetter<Object>> deadLetters() throws InterruptedException {
        List<DeadLetter<Object>> found = new ArrayList<>();
        for (String stream : endpoint.address().streams()) {
            DeadLetters<Object> letters = stream(stream).deadLetters();
            List<DeadLetter<Object>> page = letters.list(PAGE);
            while (!page.isEmpty() && found.size() < endpoint.getLimit()) {
                page.stream()
                        .filter(letter ->
                                letter.sink().equals(endpoint.address().sink()))
                        .limit(endpoint.getLimit() - found.size())
                        .forEach(found::add);
                page = letters.list(page.getLast().id(), PAGE);
            }
        }
        return found;
    }

    /** What it came to, for each id in turn: in two streams there can be the same. */
    private List<String> replay(Message message) throws InterruptedException {
        List<DeadLetters<Object>> letters = letters(message);
        List<String> outcomes = new ArrayList<>();
        for (EventId id : EventIds.of(message)) {
            DeadLetters.Replay outcome = DeadLetters.Replay.NO_SUCH_DEAD_LETTER;
            for (DeadLetters<Object> each : letters) {
                if (outcome == DeadLetters.Replay.NO_SUCH_DEAD_LETTER) {
                    outcome = each.replay(id);
                }
            }
            outcomes.add(outcome.name());
        }
        return outcomes;
    }

    /** The new ids, for each id in turn; null where there is no such dead letter. */
    private List<@Nullable String> replayAsNew(Message message) throws InterruptedException {
        List<DeadLetters<Object>> letters = letters(message);
        List<@Nullable String> added = new ArrayList<>();
        for (EventId id : EventIds.of(message)) {
            Optional<EventId> found = Optional.empty();
            for (DeadLetters<Object> each : letters) {
                if (found.isEmpty()) {
                    found = each.replayAsNew(id);
                }
            }
            added.add(found.map(EventId::toString).orElse(null));
        }
        return added;
    }

    private List<DeadLetters<Object>> letters(Message message) {
        return streams(message).stream()
                .map(stream -> stream(stream).deadLetters())
                .toList();
    }

    /** The one that the message is about, be it by its dead letters, where that is one of the sink's; else all of them. */
    private List<String> streams(Message message) {
        String given = message.getHeader(PulseConstants.STREAM, "", String.class);
        String named = given.endsWith(DEAD) ? given.substring(0, given.length() - DEAD.length()) : given;
        List<String> all = endpoint.address().streams();
        return all.contains(named) ? List.of(named) : all;
    }
}
