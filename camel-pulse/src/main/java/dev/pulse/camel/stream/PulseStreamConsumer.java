package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.camel.EventMapping;
import dev.pulse.camel.PulseConsumer;
import dev.pulse.camel.Reading;
import dev.pulse.camel.StartOption;
import dev.pulse.stream.Consumption;
import dev.pulse.stream.Event;
import dev.pulse.stream.Reader;
import dev.pulse.stream.StartAt;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** A reader: one exchange for each event, one after another; what fails goes to the exception handler, and it goes on. */
class PulseStreamConsumer extends PulseConsumer {
    private final PulseStreamEndpoint endpoint;
    private final EventMapping mapping;
    /** The reader since it was started; after a suspension the next one begins where that ended, so nothing is missed. */
    private @Nullable Reader<byte[]> last;

    PulseStreamConsumer(PulseStreamEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.mapping = endpoint.eventMapping();
    }

    @Override
    protected Reading open(Pulse pulse) throws Exception {
        Reader<byte[]> before = last;
        StartAt start = before != null ? StartAt.after(before.cursor()) : StartOption.parse(endpoint.getStartAt());
        Reader<byte[]> reader = pulse.stream(endpoint.getName()).reader(endpoint.readerOptions(start));
        last = reader;
        return new StreamReading(reader);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        last = null;
    }

    private void route(Event<byte[]> event) throws Exception {
        Exchange exchange = createExchange(false);
        try {
            mapping.fill(exchange, event);
            if (exchange.getException() == null) {
                getProcessor().process(exchange);
            }
        } catch (Exception e) {
            exchange.setException(e);
        } finally {
            if (exchange.getException() != null) {
                handleException("Error processing exchange", exchange, exchange.getException());
            }
            releaseExchange(exchange, false);
        }
    }

    private final class StreamReading implements Reading {
        private final Reader<byte[]> reader;
        private volatile @Nullable Consumption consumption;
        private volatile int inFlight;

        StreamReading(Reader<byte[]> reader) {
            this.reader = reader;
        }

        @Override
        public void begin() {
            consumption = reader.consume(event -> {
                inFlight = 1;
                try {
                    route(event);
                } finally {
                    inFlight = 0;
                }
            });
        }

        @Override
        public void stop() {
            Consumption running = consumption;
            if (running != null) {
                running.stop();
            }
        }

        @Override
        public int inFlight() {
            return inFlight;
        }

        @Override
        public void close(Duration drain) {
            Consumption running = consumption;
            if (running != null) {
                running.close(drain);
            }
            reader.close();
        }
    }
}
