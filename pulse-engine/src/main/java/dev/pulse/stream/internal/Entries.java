package dev.pulse.stream.internal;

import dev.pulse.stream.Codec;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.NewEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Events as entries of a Redis stream, and back: {@code n} name, {@code p} payload, {@code t} topic,
 * {@code h:<name>} headers. Fields of others are ignored.
 */
final class Entries<T> {
    private static final int PAYLOAD_BYTES = 16 * 1024 * 1024;
    private static final byte[] NAME = {'n'};
    private static final byte[] PAYLOAD = {'p'};
    private static final byte[] TOPIC = {'t'};
    private static final String HEADER = "h:";
    private static final String CONTENT_TYPE = "content-type";

    private final Codec<T> codec;

    Entries(Codec<T> codec) {
        this.codec = codec;
    }

    /**
     * Field, value, field, value and so on.
     *
     * @throws IllegalArgumentException when the payload cannot be encoded or is too large
     */
    List<byte[]> encode(NewEvent<T> event) {
        List<byte[]> fields = new ArrayList<>(8);
        fields.add(NAME);
        fields.add(utf8(event.name()));
        fields.add(PAYLOAD);
        fields.add(payload(event));
        event.topic().ifPresent(topic -> {
            fields.add(TOPIC);
            fields.add(utf8(topic));
        });
        Optional<String> contentType = codec.contentType();
        if (contentType.isPresent() && !event.headers().containsKey(CONTENT_TYPE)) {
            fields.add(utf8(HEADER + CONTENT_TYPE));
            fields.add(utf8(contentType.get()));
        }
        event.headers().forEach((name, value) -> {
            fields.add(utf8(HEADER + name));
            fields.add(utf8(value));
        });
        return fields;
    }

    /** The event's name in what {@link #encode} made. */
    static byte[] name(List<byte[]> fields) {
        return fields.get(1);
    }

    /** The payload in what {@link #encode} made. */
    static byte[] payload(List<byte[]> fields) {
        return fields.get(3);
    }

    /** The topic in what {@link #encode} made, or nothing. */
    static byte[] topic(List<byte[]> fields) {
        return fields.size() > 4 && fields.get(4) == TOPIC ? fields.get(5) : new byte[0];
    }

    private byte[] payload(NewEvent<T> event) {
        byte[] payload;
        try {
            payload = Objects.requireNonNull(codec.encode(event.name(), event.payload()), "the codec made null of it");
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    "payload of event \"" + event.name() + "\" cannot be encoded: " + e.getMessage(), e);
        }
        if (payload.length > PAYLOAD_BYTES) {
            throw new IllegalArgumentException("payload of an event has at most " + PAYLOAD_BYTES + " bytes, that of \""
                    + event.name() + "\" has " + payload.length);
        }
        return payload;
    }

    /** The id of a raw entry, {@code [id, [field, value, …]]}. */
    static EventId id(Object entry) {
        return EventId.parse(Replies.text(Replies.list(entry).getFirst()));
    }

    /** Field, value and so on of a raw entry that was not deleted. */
    static List<byte[]> fields(Object entry) {
        return Replies.list(Replies.list(entry).get(1)).stream()
                .map(Entries::bytes)
                .toList();
    }

    /** The topic of a raw entry, without decoding the rest. */
    static Optional<String> topic(Object entry) {
        Object content = Replies.list(entry).get(1);
        if (content == null) {
            return Optional.empty();
        }
        List<@Nullable Object> fields = Replies.list(content);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            if (Arrays.equals(bytes(fields.get(i)), TOPIC)) {
                return Optional.of(new String(bytes(fields.get(i + 1)), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** The event of a raw entry. */
    Event<T> decode(Object entry, EventId id, Incarnation incarnation)
            throws MalformedEntryException, InterruptedException {
        Object content = Replies.list(entry).get(1);
        if (content == null) {
            throw new MalformedEntryException("the entry was deleted");
        }
        String name = null;
        byte[] payload = null;
        String topic = null;
        Map<String, String> headers = null;
        List<@Nullable Object> fields = Replies.list(content);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            byte[] field = bytes(fields.get(i));
            byte[] value = bytes(fields.get(i + 1));
            if (Arrays.equals(field, NAME)) {
                name = new String(value, StandardCharsets.UTF_8);
            } else if (Arrays.equals(field, PAYLOAD)) {
                payload = value;
            } else if (Arrays.equals(field, TOPIC)) {
                topic = new String(value, StandardCharsets.UTF_8);
            } else if (field.length > 2 && field[0] == 'h' && field[1] == ':') {
                headers = headers == null ? new LinkedHashMap<>() : headers;
                headers.put(
                        new String(field, 2, field.length - 2, StandardCharsets.UTF_8),
                        new String(value, StandardCharsets.UTF_8));
            }
        }
        if (name == null || name.isEmpty()) {
            throw new MalformedEntryException("the entry has no field n, the event's name");
        }
        if (payload == null) {
            throw new MalformedEntryException("the entry has no field p, the event's payload");
        }
        return new Event<>(
                id,
                incarnation.stream(),
                incarnation.number(),
                name,
                Optional.ofNullable(topic),
                decodePayload(name, payload),
                headers == null ? Map.of() : Collections.unmodifiableMap(headers),
                id.time());
    }

    private T decodePayload(String name, byte[] payload) throws MalformedEntryException, InterruptedException {
        try {
            return Objects.requireNonNull(codec.decode(name, payload), "it makes null of it");
        } catch (InterruptedException e) {
            // says nothing about the entry
            throw e;
        } catch (Exception | StackOverflowError | AssertionError | LinkageError e) {
            throw new MalformedEntryException("the codec cannot read the payload: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(@Nullable Object value) {
        return value instanceof byte[] bytes ? bytes : new byte[0];
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
