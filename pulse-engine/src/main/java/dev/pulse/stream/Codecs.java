package dev.pulse.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The usual codecs. JSON needs {@code jackson-databind} on the class path, the others need nothing. */
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
            return payload.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String decode(byte[] bytes) throws CharacterCodingException {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }

        @Override
        public Optional<String> contentType() {
            return Optional.of("text/plain; charset=utf-8");
        }
    };

    private Codecs() {}

    /** Bytes as they are, not copied. */
    public static Codec<byte[]> bytes() {
        return BYTES;
    }

    /** UTF-8 text; bytes that are not UTF-8 are refused. */
    public static Codec<String> string() {
        return STRING;
    }

    /** JSON by Jackson, with a mapper of its own that finds the Jackson modules on the class path. */
    public static <T> Codec<T> json(Class<T> type) {
        return json(type, JsonMapper.builder().findAndAddModules().build());
    }

    /** JSON by Jackson with your mapper. */
    public static <T> Codec<T> json(Class<T> type, ObjectMapper mapper) {
        return new JsonCodec<>(mapper.writerFor(type), mapper.readerFor(type));
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
