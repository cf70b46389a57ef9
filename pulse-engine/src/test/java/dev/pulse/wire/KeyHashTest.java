package dev.pulse.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHashTest {
    static Stream<Named<JsonNode>> hashedByGo() {
        return Golden.list("/hash").stream()
                .map(entry -> Named.of("key " + entry.required("key_hex").textValue(), entry));
    }

    @ParameterizedTest
    @MethodSource("hashedByGo")
    void hashAndBucketsAreThoseOfGo(JsonNode entry) {
        byte[] key = HexFormat.of().parseHex(entry.required("key_hex").textValue());
        long hash = KeyHash.crc64(key);
        assertThat(HexFormat.of().toHexDigits(hash))
                .isEqualTo(entry.required("crc64_ecma_hex").textValue());
        assertThat(entry.required("jump")).hasSize(7);
        entry.required("jump")
                .properties()
                .forEach(jump -> assertThat(KeyHash.jump(hash, Integer.parseInt(jump.getKey())))
                        .as("of %s buckets", jump.getKey())
                        .isEqualTo(jump.getValue().intValue()));
    }

    @Test
    void everyHashOfGoIsTested() {
        assertThat(Golden.list("/hash")).hasSize(11);
    }

    @Test
    void hashOfATextIsThatOfItsUtf8Bytes() {
        assertThat(KeyHash.crc64("123456789")).isEqualTo(0x995dc9bbdf1939faL);
        assertThat(KeyHash.crc64("clé 🙂")).isEqualTo(KeyHash.crc64("clé 🙂".getBytes(UTF_8)));
    }

    @Test
    void oneMoreBucketMovesHashesOnlyToTheNewOne() {
        RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
        for (int i = 0; i < 10_000; i++) {
            long hash = random.nextLong();
            int buckets = random.nextInt(1, 200);
            int before = KeyHash.jump(hash, buckets);
            assertThat(before).isBetween(0, buckets - 1);
            assertThat(KeyHash.jump(hash, buckets + 1)).isIn(before, buckets);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x9E3779B97F4A7C15L})
    void bucketStaysInBoundsForAsManyBucketsAsAnIntCanSay(long hash) {
        assertThat(KeyHash.jump(hash, Integer.MAX_VALUE)).isBetween(0, Integer.MAX_VALUE - 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void fewerThanOneBucketIsRefused(int buckets) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KeyHash.jump(1, buckets))
                .withMessage("buckets is 1 or more, was " + buckets);
    }
}
