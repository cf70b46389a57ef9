package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
import dev.pulse.stream.EventId;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.spi.annotations.Component;
import org.jspecify.annotations.Nullable;

/** Makes {@code pulse-sink:} endpoints, and knows which events their consumers hold. */
@Component("pulse-sink")
public class PulseSinkComponent extends PulseComponent {
    private final List<Member> members = new CopyOnWriteArrayList<>();

    private record Member(Pulse pulse, String sink, HeldEvents held) {}

    @Override
    protected PulseEndpoint createEndpoint(String endpointUri, String path) {
        return new PulseSinkEndpoint(endpointUri, this, path);
    }

    /** A consumer joined this sink and may hold events; it leaves with what is returned. */
    Runnable register(Pulse pulse, String sink, HeldEvents held) {
        Member member = new Member(pulse, sink, held);
        members.add(member);
        return () -> members.remove(member);
    }

    /** The manual ack of this event, if a consumer of this sink holds it. */
    @Nullable
    ManualAck held(Pulse pulse, String sink, List<String> streams, EventId id) {
        return members.stream()
                .filter(member -> member.pulse().equals(pulse) && member.sink().equals(sink))
                .flatMap(member -> streams.stream().map(stream -> member.held().find(stream, id)))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
