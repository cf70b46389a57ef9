package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.PulseComponent;
import dev.pulse.camel.PulseEndpoint;
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
        // names of streams hold slashes more often than names of sinks
        int slash = path.lastIndexOf('/');
        if (slash < 1 || slash == path.length() - 1) {
            throw new IllegalArgumentException("path of pulse-sink is stream/sinkName, was \"" + path + "\"");
        }
        return new PulseSinkEndpoint(endpointUri, this, path.substring(0, slash), path.substring(slash + 1));
    }

    /** A consumer joined this sink and may hold events; it leaves with what is returned. */
    Runnable register(Pulse pulse, String sink, HeldEvents held) {
        Member member = new Member(pulse, sink, held);
        members.add(member);
        return () -> members.remove(member);
    }

    /** The manual ack of this event, if a consumer of this sink holds it. */
    @Nullable
    ManualAck held(Pulse pulse, String sink, String stream, String id) {
        return members.stream()
                .filter(member -> member.pulse().equals(pulse) && member.sink().equals(sink))
                .map(member -> member.held().find(stream, id))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
