package dev.pulse.jmh.peer;

import dev.pulse.Pulse;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;

/** Pulse: a sink whose events are acknowledged when the handler returns. */
public final class PulseConsumer implements GroupConsumer {
    private final Pulse pulse;
    private final EventStream<byte[]> stream;
    private final SinkOptions options;

    private PulseConsumer(String host, int port, String stream, SinkOptions options) {
        pulse = Pulse.connect("redis://" + host + ":" + port);
        this.stream = pulse.stream(stream);
        this.options = options;
    }

    /** In no order. */
    public static PulseConsumer unordered(String host, int port, String stream) {
        return new PulseConsumer(host, port, stream, options().build());
    }

    /** Ordered by the number in the payload. */
    public static PulseConsumer orderedByNumber(String host, int port, String stream) {
        return new PulseConsumer(
                host,
                port,
                stream,
                options().orderByPayload(byte[].class, Sample::number).build());
    }

    private static SinkOptions.Builder options() {
        return SinkOptions.builder().concurrency(CONCURRENCY).batchSize(CONCURRENCY);
    }

    @Override
    public End begin(String group, Handler handler) throws InterruptedException {
        Sink<byte[]> sink = stream.sink(group, options);
        sink.consume(event -> handler.handle(event.payload()));
        return sink::close;
    }

    @Override
    public void close() {
        pulse.close();
    }
}
