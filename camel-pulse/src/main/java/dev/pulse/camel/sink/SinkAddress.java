package dev.pulse.camel.sink;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which sink an endpoint means: the streams that it reads, at least one, and its name. */
record SinkAddress(List<String> streams, String sink) {
    SinkAddress {
        if (streams.isEmpty() || streams.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("streams are at least one, and none is empty, were " + streams);
        }
        if (streams.stream().distinct().count() < streams.size()) {
            throw new IllegalArgumentException("streams are each given once, were " + streams);
        }
    }

    /**
     * Splits the path at its last slash, and its streams at commas, unless options say what has such characters.
     *
     * @param streams in place of those of the path: text with commas between, or a list
     * @param sink in place of the one of the path
     * @throws IllegalArgumentException when that leaves one of the two open
     */
    static SinkAddress of(String path, @Nullable Object streams, @Nullable String sink) {
        if (streams != null && sink != null) {
            throw new IllegalArgumentException("the path names the sink or its streams, was \"" + path
                    + "\" beside both options streams and sink");
        }
        if (streams != null) {
            return new SinkAddress(given(streams), path);
        }
        if (sink != null) {
            return new SinkAddress(names(path), sink);
        }
        // names of streams hold slashes more often than names of sinks
        int slash = path.lastIndexOf('/');
        if (slash < 1 || slash == path.length() - 1) {
            throw new IllegalArgumentException("path of pulse-sink is stream/sinkName, was \"" + path + "\"");
        }
        return new SinkAddress(names(path.substring(0, slash)), path.substring(slash + 1));
    }

    private static List<String> given(Object streams) {
        if (streams instanceof Collection<?> list) {
            return list.stream().map(String::valueOf).toList();
        }
        return names(streams.toString());
    }

    private static List<String> names(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    /** The first of its streams: the one that keeps the lease of an exclusive sink. */
    String first() {
        return streams.getFirst();
    }

    /** Those behind the first. */
    List<String> others() {
        return streams.subList(1, streams.size());
    }
}
