package dev.pulse.stream.internal;

import dev.pulse.redis.Replies;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventId;
import dev.pulse.stream.NewEvent;
import dev.pulse.wire.Utf8;
import java.nio.charset.CharacterCodingException;
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
    private static final byte[] NAME = {'n'};
    private static final byte[] PAYLOAD = {'p'};
    private static final byte[] TOPIC = {'t'};
    private static final String HEADER = "h:";
    private static final String CONTENT_TYPE = "content-type";

    private final Codec<T> codec;
    private final EventLimits limits;

    Entries(Codec<T> codec, EventLimits limits) {
        this.codec = codec;
        this.limits = limits;
    }

    /**
     * Field, value, field, value and so on.
     *
     * @throws IllegalArgumentException when the payload cannot be encoded, or it or the headers are too large
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
        long headerBytes = 0;
        for (Map.Entry<String, String> header : event.headers().entrySet()) {
            byte[] name = utf8(HEADER + header.getKey());
            byte[] value = utf8(header.getValue());
            headerBytes += name.length - HEADER.length() + value.length;
            fields.add(name);
            fields.add(value);
        }
        if (headerBytes > limits.headerBytes()) {
            throw new IllegalArgumentException("headers of an event have at most " + limits.headerBytes()
                    + " bytes together, those of \"" + event.name() + "\" have " + headerBytes);
        }
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
        if (payload.length > limits.payloadBytes()) {
            throw new IllegalArgumentException("payload of an event has at most " + limits.payloadBytes()
                    + " bytes, that of \"" + event.name() + "\" has " + payload.length);
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
                return topic(new String(bytes(fields.get(i + 1)), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** For Go an empty topic is none. */
    private static Optional<String> topic(@Nullable String text) {
        return text == null || text.isEmpty() ? Optional.empty() : Optional.of(text);
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
                name = text("the event's name", value);
            } else if (Arrays.equals(field, PAYLOAD)) {
                payload = value;
            } else if (Arrays.equals(field, TOPIC)) {
                topic = text("the event's topic", value);
            } else if (field.length > 2 && field[0] == 'h' && field[1] == ':') {
                headers = headers == null ? new LinkedHashMap<>() : headers;
                headers.put(
                        text("the name of a header", Arrays.copyOfRange(field, 2, field.length)),
                        text("a header", value));
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
                topic(topic),
                decodePayload(name, payload),
                headers == null ? Map.of() : Collections.unmodifiableMap(headers),
                id.time());
    }

    private static String text(String what, byte[] bytes) throws MalformedEntryException {
        try {
            return Utf8.decode(bytes);
        } catch (CharacterCodingException e) {
            throw new MalformedEntryException(what + " is not UTF-8", e);
        }
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
