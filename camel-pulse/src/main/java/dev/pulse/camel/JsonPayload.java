package dev.pulse.camel;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pulse.stream.Codec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * JSON by Jackson. Any object can be written, whatever the type that is read. Text, bytes and input streams are JSON
 * already: they are checked, and travel as they are.
 */
final class JsonPayload implements Codec<Object> {
    private final ObjectMapper mapper = JsonMapper.builder().findAndAddModules().build();
    private final Class<?> type;

    JsonPayload(Class<?> type) {
        this.type = type;
    }

    @Override
    public byte[] encode(Object body) throws IOException {
        return switch (body) {
            case String text -> checked(text.getBytes(StandardCharsets.UTF_8));
            case byte[] bytes -> checked(bytes);
            case InputStream in -> checked(in.readAllBytes());
            default -> mapper.writeValueAsBytes(body);
        };
    }

    private byte[] checked(byte[] json) throws IOException {
        if (mapper.readTree(json).isMissingNode()) {
            throw new IllegalArgumentException("body is empty, which is no JSON");
        }
        return json;
    }

    @Override
    public Object decode(byte[] bytes) throws IOException {
        return mapper.readerFor(type).readValue(bytes);
    }

    @Override
    public Optional<String> contentType() {
        return Optional.of("application/json");
    }
}
