package dev.pulse.jmh.peer;

import dev.pulse.Pulse;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;

/** Pulse. */
public final class PulseAppender implements Appender {
    private final byte[] payload = Sample.payload();
    private final Pulse pulse;
    private final EventStream<byte[]> stream;

    public PulseAppender(String host, int port, String stream) {
        pulse = Pulse.connect("redis://" + host + ":" + port);
        this.stream = pulse.stream(stream, Codecs.bytes(), Retention.maxLength(Sample.MAX_LENGTH));
    }

    @Override
    public Object append() throws InterruptedException {
        return stream.add(Sample.NAME, payload);
    }

    @Override
    public void close() {
        pulse.close();
    }
}
