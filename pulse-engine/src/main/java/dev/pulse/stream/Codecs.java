package dev.pulse.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pulse.wire.Names;
import dev.pulse.wire.TextLists;
import dev.pulse.wire.Utf8;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The usual codecs, all thread-safe. JSON needs {@code jackson-databind} on the class path, the others need nothing. */
public final class Codecs {
    private static final Codec<byte[]> BYTES = new Codec<>() {
        @Override
        public byte[] encode(byte[] payload) {
            return payload;
        }

        @Override
        public byte[] decode(byte[] bytes) {
            return bytes;
        }
    };

    private static final Codec<String> STRING = new Codec<>() {
        @Override
        public byte[] encode(String payload) {
            return Utf8.requireEncodable("text", payload).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) throws CharacterCodingException {
            return Utf8.decode(bytes);
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("text/plain; charset=utf-8");
        }
    };

    private static final Codec<List<String>> LIST = new Codec<>() {
        @Override
        public byte[] encode(List<String> payload) {
            return Utf8.requireEncodable("list", TextLists.encode(payload)).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public List<String> decode(byte[] bytes) throws CharacterCodingException {
            return TextLists.decode(Utf8.decode(bytes));
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("application/json");
        }
    };

    private Codecs() {}

    /** Bytes as they are, not copied. */
    public static Codec<byte[]> bytes() {
        return BYTES;
    }

    /**
     * UTF-8 text, of content type {@code text/plain; charset=utf-8}; bytes that are not UTF-8 are refused, and so is text
     * with half a surrogate pair.
     */
    public static Codec<String> string() {
        return STRING;
    }

    /**
     * Lists of text as a JSON array of strings, of content type {@code application/json}, as the lists of
     * {@linkplain dev.pulse.map.ReplicatedMap#lists replicated maps} are kept; needs no Jackson. Text that is no JSON is
     * read as comma-separated.
     */
    public static Codec<List<String>> list() {
        return LIST;
    }

    /**
     * JSON by Jackson, of content type {@code application/json}, with a mapper of its own that finds the Jackson modules on
     * the class path. For generic types or other settings there is {@link #json(Class, ObjectMapper)}, or a {@link Codec} of
     * your own.
     */
    public static <T> Codec<T> json(Class<T> type) {
        return json(type, JsonMapper.builder().findAndAddModules().build());
    }

    /** JSON by Jackson with your mapper, whose settings are to be final by now. */
    public static <T> Codec<T> json(Class<T> type, ObjectMapper mapper) {
        return new JsonCodec<>(mapper.writerFor(type), mapper.readerFor(type));
    }

    /**
     * JSON by Jackson for a stream of mixed events: the event's name says which class its payload has. Payloads of another
     * class are refused when added, and so are names that are not listed; when read, an event with such a name is one that
     * cannot be decoded.
     *
     * @param byName classes by event name; at least one
     * @throws IllegalArgumentException when there is none, or a name is not 1 to 512 characters
     */
    public static <T> Codec<T> json(Map<String, Class<? extends T>> byName) {
        return json(byName, JsonMapper.builder().findAndAddModules().build());
    }

    /** The same with your mapper. */
    public static <T> Codec<T> json(Map<String, Class<? extends T>> byName, ObjectMapper mapper) {
        if (byName.isEmpty()) {
            throw new IllegalArgumentException("byName has at least one event name, was empty");
        }
        Map<String, NamedJson<T>> codecs = new HashMap<>();
        byName.forEach((name, type) -> codecs.put(Names.requireEventName(name), NamedJson.of(type, mapper)));
        return new JsonByNameCodec<>(codecs);
    }

    /** The class of one event name. */
    private record NamedJson<T>(Class<? extends T> type, Codec<T> codec) {
        static <T, S extends T> NamedJson<T> of(Class<S> type, ObjectMapper mapper) {
            return new NamedJson<>(type, new JsonCodec<>(mapper.writerFor(type), mapper.readerFor(type)));
        }
    }

    private record JsonByNameCodec<T>(Map<String, NamedJson<T>> codecs) implements Codec<T> {
        @Override
        public byte[] encode(String eventName, T payload) throws Exception {
            NamedJson<T> named = named(eventName);
            if (!named.type().isInstance(payload)) {
                throw new IllegalArgumentException("payload of event \"" + eventName + "\" is a "
                        + named.type().getName() + ", was a "
                        + payload.getClass().getName());
            }
            return named.codec().encode(payload);
        }

        @Override
        public T decode(String eventName, byte[] bytes) throws Exception {
            return named(eventName).codec().decode(bytes);
        }

        private NamedJson<T> named(String eventName) {
            NamedJson<T> named = codecs.get(eventName);
            if (named == null) {
                throw new IllegalArgumentException(
                        "event name is one of " + new TreeSet<>(codecs.keySet()) + ", was \"" + eventName + "\"");
            }
            return named;
        }

        @Override
        public byte[] encode(T payload) {
            throw new UnsupportedOperationException("the class of a payload depends on the event's name");
        }

        @Override
        public T decode(byte[] bytes) {
            throw new UnsupportedOperationException("the class of a payload depends on the event's name");
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("application/json");
        }
    }

    private record JsonCodec<T>(ObjectWriter writer, ObjectReader reader) implements Codec<T> {
        @Override
        public byte[] encode(T payload) throws Exception {
            return writer.writeValueAsBytes(payload);
        }

        @Override
        public T decode(byte[] bytes) throws Exception {
            return reader.readValue(bytes);
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("application/json");
        }
    }
}
