package dev.pulse.jmh.peer;

import dev.pulse.Pulse;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;

/** The work of {@link RouteConsumer} by the engine alone: a sink whose handler adds the event to another stream. */
public final class ForwardingConsumer implements GroupConsumer {
    private final Pulse pulse;
    private final EventStream<byte[]> from;
    private final EventStream<byte[]> to;
    private final SinkOptions options;

    public ForwardingConsumer(String host, int port, String from, String to, int concurrency) {
        pulse = Pulse.connect("redis://" + host + ":" + port);
        this.from = pulse.stream(from);
        this.to = pulse.stream(to);
        options = SinkOptions.builder().concurrency(concurrency).build();
    }

    @Override
    public End begin(String group, Handler handler) throws InterruptedException {
        Sink<byte[]> sink = from.sink(group, options);
        sink.consume(event -> {
            handler.handle(event.payload());
            to.add(Sample.NAME, event.payload());
        });
        return sink::close;
    }

    @Override
    public void close() {
        pulse.close();
    }
}
