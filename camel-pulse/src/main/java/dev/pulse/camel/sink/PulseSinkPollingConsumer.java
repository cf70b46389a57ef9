package dev.pulse.camel.sink;

import dev.pulse.Pulse;
import dev.pulse.camel.EventPollingConsumer;
import dev.pulse.stream.Delivery;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/** A member of a sink that is polled. The event is settled when the exchange that it goes into is complete. */
class PulseSinkPollingConsumer extends EventPollingConsumer {
    private final PulseSinkEndpoint endpoint;

    PulseSinkPollingConsumer(PulseSinkEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected Place open(Pulse pulse) throws InterruptedException {
        return new Joined(Membership.join(endpoint, pulse, getExceptionHandler()));
    }

    private record Joined(Membership membership) implements Place {
        @Override
        public @Nullable Polled poll(Duration longest) throws InterruptedException {
            List<Delivery<byte[]>> polled = membership.sink().poll(1, longest);
            return polled.isEmpty() ? null : new Delivered(membership, polled.getFirst());
        }

        @Override
        public void close() {
            membership.close(Duration.ZERO);
        }
    }

    private record Delivered(Membership membership, Delivery<byte[]> delivery) implements Polled {
        @Override
        public void fill(Exchange exchange) {
            membership.fill(exchange, delivery);
        }

        @Override
        public Synchronization end() {
            return new Completion(membership.settlement(), List.of(delivery));
        }

        @Override
        public void unreadable(Exception cause) {
            membership.settlement().unreadable(delivery, cause);
        }
    }
}
