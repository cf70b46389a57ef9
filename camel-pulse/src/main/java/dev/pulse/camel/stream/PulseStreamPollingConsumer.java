package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.EventPollingConsumer;
import dev.pulse.stream.Event;
import dev.pulse.stream.Reader;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/** A reader that is polled. Its offset is stored when the exchange that the event goes into is complete. */
class PulseStreamPollingConsumer extends EventPollingConsumer {
    private final PulseStreamEndpoint endpoint;

    PulseStreamPollingConsumer(PulseStreamEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    protected Place open(Pulse pulse) throws Exception {
        Offsets offsets = new Offsets(endpoint, getExceptionHandler());
        offsets.start();
        EventMapping mapping = endpoint.eventMapping();
        Reader<byte[]> reader = pulse.stream(endpoint.getName())
                .reader(endpoint.readerOptions(offsets.beginning(), mapping).build());
        Progress progress = new Progress(reader.cursor());
        offsets.keep(progress::position);
        return new Cursor(reader, endpoint.inUse(pulse, reader), mapping, offsets, progress);
    }

    private record Cursor(
            Reader<byte[]> reader, Runnable gone, EventMapping mapping, Offsets offsets, Progress progress)
            implements Place {
        @Override
        public @Nullable Polled poll(Duration longest) throws InterruptedException {
            List<Event<byte[]>> polled = reader.poll(1, longest);
            return polled.isEmpty() ? null : new Read(mapping, polled.getFirst(), ending(polled.getFirst()));
        }

        /** Whoever never completes what he received has its offset stay where it is, and costs memory only then. */
        private Ending ending(Event<byte[]> event) {
            if (!offsets.areKept()) {
                return new Ending(succeeded -> {});
            }
            List<Progress.Step> step = List.of(progress.begin(event.id()));
            return new Ending(succeeded -> {
                progress.done(step);
                offsets.keep(progress::position);
            });
        }

        @Override
        public void close() {
            reader.close();
            gone.run();
        }
    }

    private record Read(EventMapping mapping, Event<byte[]> event, Ending ending) implements Polled {
        @Override
        public void fill(Exchange exchange) {
            mapping.fill(exchange, event);
        }

        @Override
        public Synchronization end() {
            return ending;
        }

        @Override
        public void unreadable(Exception cause) {
            ending.end(true);
        }
    }
}
