package dev.pulse.camel.stream;

import dev.pulse.Pulse;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Retention;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.support.LRUCacheFactory;

/** The handles of one producer, by name, for messages can name another stream than the endpoint's. Thread-safe. */
final class StreamHandles {
    private static final int MOST = 1_000;

    private final Pulse pulse;
    private final Optional<Retention> retention;
    private final Map<String, EventStream<byte[]>> handles = LRUCacheFactory.newLRUCache(MOST);

    StreamHandles(Pulse pulse, Optional<Retention> retention) {
        this.pulse = pulse;
        this.retention = retention;
    }

    /** What is done with a stream. */
    @FunctionalInterface
    interface Use<R> {
        R of(EventStream<byte[]> stream) throws Exception;
    }

    /** Does it with the stream of this name. A handle whose incarnation is over is not used again. */
    <R> R with(String name, Use<R> use) throws Exception {
        try {
            return use.of(handles.computeIfAbsent(name, this::handle));
        } catch (StreamDestroyedException e) {
            forget(name);
            throw e;
        }
    }

    private EventStream<byte[]> handle(String name) {
        return retention.map(wish -> pulse.stream(name, Codecs.bytes(), wish)).orElseGet(() -> pulse.stream(name));
    }

    /** Checks the name; asks Redis nothing. */
    void require(String name) {
        handles.computeIfAbsent(name, this::handle);
    }

    /** The next use of this name joins the incarnation that there is then. */
    void forget(String name) {
        handles.remove(name);
    }
}
