package dev.pulse.camel.sink;

import dev.pulse.camel.EngineLease;
import dev.pulse.camel.PulseConstants;
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
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.apache.camel.support.ObjectHelper;
import org.jspecify.annotations.Nullable;

/** Looks after a sink; what it finds is the body. */
class PulseSinkProducer extends DefaultProducer {
    private static final int PAGE = 1_000;

    private final PulseSinkEndpoint endpoint;
    private @Nullable EngineLease engine;

    PulseSinkProducer(PulseSinkEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        engine = endpoint.acquireEngine();
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
                    case LAG -> boxed(group().map(StreamFigures.Group::lag).orElse(OptionalLong.empty()));
                    case PENDING -> group().map(StreamFigures.Group::pending).orElse(null);
                    case ACK -> settle(ids(message), ManualAck::ack);
                    case NACK -> settle(ids(message), this::nack);
                    case DEAD_LETTERS -> deadLetters();
                    case REPLAY -> replay(ids(message));
                });
    }

    /** A handle of its own each time, so that the end of an incarnation is not the end of this. */
    private EventStream<Object> stream() {
        EngineLease lease = engine;
        if (lease == null) {
            throw new IllegalStateException("the producer of sink " + endpoint.getSinkName() + " is stopped");
        }
        return lease.pulse().stream(endpoint.getStream(), endpoint.payloadCodec().codec());
    }

    private Map<String, @Nullable Object> info() throws InterruptedException {
        EventStream<Object> stream = stream();
        StreamFigures figures = stream.figures();
        Optional<StreamFigures.Group> group = group(figures);
        Map<String, @Nullable Object> info = new LinkedHashMap<>();
        info.put("stream", stream.name());
        info.put("sink", endpoint.getSinkName());
        info.put("length", figures.length());
        info.put("maxLength", figures.maxLength());
        info.put("lag", boxed(group.map(StreamFigures.Group::lag).orElse(OptionalLong.empty())));
        info.put("pending", group.map(StreamFigures.Group::pending).orElse(null));
        info.put("deadLetters", stream.deadLetters().count());
        return info;
    }

    private Optional<StreamFigures.Group> group() throws InterruptedException {
        return group(stream().figures());
    }

    private Optional<StreamFigures.Group> group(StreamFigures figures) {
        return figures.groups().stream()
                .filter(group -> group.sink().equals(endpoint.getSinkName()))
                .findFirst();
    }

    private static @Nullable Long boxed(OptionalLong number) {
        return number.isPresent() ? number.getAsLong() : null;
    }

    private interface Use {
        void of(ManualAck ack);
    }

    /** How many of these events were held here. */
    private int settle(List<EventId> ids, Use use) {
        EngineLease lease = Objects.requireNonNull(engine);
        int settled = 0;
        for (EventId id : ids) {
            ManualAck held = endpoint.sinkComponent()
                    .held(lease.pulse(), endpoint.getSinkName(), endpoint.getStream(), id.toString());
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
        DeadLetters<Object> letters = stream().deadLetters();
        List<DeadLetter<Object>> found = new ArrayList<>();
        List<DeadLetter<Object>> page = letters.list(PAGE);
        while (!page.isEmpty()) {
            for (DeadLetter<Object> letter : page) {
                if (letter.sink().equals(endpoint.getSinkName())) {
                    found.add(letter);
                    if (found.size() == endpoint.getLimit()) {
                        return found;
                    }
                }
            }
            page = letters.list(page.getLast().id(), PAGE);
        }
        return found;
    }

    /** What it came to, by id. */
    private Map<String, String> replay(List<EventId> ids) throws InterruptedException {
        DeadLetters<Object> letters = stream().deadLetters();
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (EventId id : ids) {
            outcomes.put(id.toString(), letters.replay(id).name());
        }
        return outcomes;
    }

    private static List<EventId> ids(Message message) {
        Object given = message.getHeader(PulseConstants.EVENT_ID);
        if (given == null) {
            given = message.getBody();
        }
        List<EventId> ids = new ArrayList<>();
        for (Object each : ObjectHelper.createIterable(given)) {
            ids.add(
                    switch (each) {
                        case EventId id -> id;
                        case DeadLetter<?> letter -> letter.id();
                        default -> EventId.parse(each.toString().strip());
                    });
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("ids of events are in the header " + PulseConstants.EVENT_ID
                    + " or in the body, were not there");
        }
        return ids;
    }

    @Override
    protected void doStop() throws Exception {
        EngineLease lease = engine;
        engine = null;
        if (lease != null) {
            lease.close();
        }
        super.doStop();
    }
}
