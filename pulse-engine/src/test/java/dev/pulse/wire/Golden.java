package dev.pulse.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** What Go's v1.10.2 wrote and computed: {@code golden.json}, whose note says how it was made. */
public final class Golden {
    public static final JsonNode ALL = read();

    private Golden() {}

    /** The elements of the array at a JSON pointer; never none, so that no parameterized test is empty by a typo. */
    public static List<JsonNode> list(String pointer) {
        JsonNode array = ALL.at(pointer);
        if (!array.isArray() || array.isEmpty()) {
            throw new IllegalArgumentException("no elements at " + pointer);
        }
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    /** The text at a JSON pointer. */
    static String text(String pointer) {
        JsonNode node = ALL.at(pointer);
        if (!node.isTextual()) {
            throw new IllegalArgumentException("no text at " + pointer);
        }
        return node.textValue();
    }

    private static JsonNode read() {
        try (InputStream in = Golden.class.getResourceAsStream("golden.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in, "golden.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
