package dev.pulse.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MapMessageTest {
    static Stream<Named<JsonNode>> publishedByGo() {
        return Golden.list("/rmap").stream()
                .filter(change -> !change.required("message_hex").textValue().isEmpty())
                .map(change -> Named.of(
                        change.required("rev") + " " + change.required("op").textValue(), change));
    }

    @ParameterizedTest
    @MethodSource("publishedByGo")
    void whatGoPublishedIsReadAndWrittenTheSame(JsonNode change) {
        byte[] published =
                HexFormat.of().parseHex(change.required("message_hex").textValue());
        MapMessage message = MapMessage.parse(published);

        assertThat(message.encode()).isEqualTo(published);
        assertThat(message.revision()).isEqualTo(change.required("rev").longValue());
        assertThat(message).isEqualTo(MapMessage.parse(published)).hasSameHashCodeAs(MapMessage.parse(published));
        byte[] key = change.path("key").asText().getBytes(UTF_8);
        switch (message) {
            case MapMessage.Set set -> {
                assertThat(set.key()).isEqualTo(key);
                // other operations have an amount or an item as their argument; replaced bytes are not what was set
                String arg = change.path("arg").asText();
                if (change.required("op").textValue().equals("set") && !arg.contains("\uFFFD")) {
                    assertThat(set.value()).isEqualTo(arg.getBytes(UTF_8));
                }
            }
            case MapMessage.Delete delete -> assertThat(delete.key()).isEqualTo(key);
            case MapMessage.Reset reset ->
                assertThat(change.required("op").textValue()).contains("reset");
            case MapMessage.Destroy destroy ->
                assertThat(change.required("op").textValue()).isEqualTo("destroy");
        }
    }

    @Test
    void everyChangeOfGoIsTestedAndTheRevisionGrowsByOneWithEachMessage() {
        assertThat(Golden.list("/rmap")).hasSize(39);
        List<Long> revisions = publishedByGo()
                .map(change -> change.getPayload().required("rev").longValue())
                .toList();
        assertThat(revisions)
                .isEqualTo(Stream.iterate(1L, rev -> rev + 1)
                        .limit(revisions.size())
                        .toList());
        assertThat(Golden.ALL.at("/final_hash/=rev").textValue()).isEqualTo("" + revisions.getLast());
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedMessageIsRefusedWithTheReason(byte[] message, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapMessage.parse(message))
                .withMessageStartingWith("malformed map message \"")
                .withMessageContaining(reason);
    }

    static Stream<Arguments> malformed() {
        byte[] k = {'k'};
        return Stream.of(
                malformed("nothing", "", "no colon"),
                malformed("no colon", "set", "no colon"),
                malformed("unknown kind", "put:1", "unknown kind \"put\""),
                malformed("no kind", ":1", "unknown kind \"\""),
                malformed("kind in capitals", "RESET:1", "unknown kind \"RESET\""),
                malformed("set without parts", "set:", "4 bytes of length, only 0 left"),
                malformed("set with a short length", "set:\1\0\0", "4 bytes of length, only 3 left"),
                malformed("set with an overlong length", "set:\2\0\0\0k", "was 2"),
                Arguments.of(
                        Named.of("set with a negative length", HexFormat.of().parseHex("7365743affffffff6b")),
                        "was -1"),
                malformed("set without value and revision", packed("set:", k), "only 0 left"),
                malformed("set without revision", packed("set:", k, k), "only 0 left"),
                malformed("set whose revision is a letter", packed("set:", k, k, k), "was \"k\""),
                malformed("set with a part too many", packed("set:", k, k, new byte[] {'1'}, k), "5 bytes after"),
                malformed("delete with a trailing byte", packed("del:", k, new byte[] {'1'}) + "x", "1 bytes after"),
                malformed("delete without revision", packed("del:", k), "only 0 left"),
                malformed("reset without revision", "reset:", "revision is a decimal"),
                malformed("reset with a trailing space", "reset:1 ", "revision is a decimal"),
                malformed("destroy with a packed revision", packed("destroy:", new byte[] {'1'}), "decimal"));
    }

    private static Arguments malformed(String what, String message, String reason) {
        return Arguments.of(Named.of(what, message.getBytes(UTF_8)), reason);
    }

    private static String packed(String kind, byte[]... parts) {
        return kind + new String(Packing.pack(parts), UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "+1", "01", "1.0", "1e3", "0x1", "٣", "9223372036854775808", "99999999999999999999"})
    void revisionThatIsNoDecimalFromOneIsRefused(String revision) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapMessage.parse(("destroy:" + revision).getBytes(UTF_8)))
                .withMessageContaining("revision is a decimal of 1 to 9223372036854775807");
    }

    @Test
    void greatestRevisionSurvives() {
        MapMessage message = new MapMessage.Reset(Long.MAX_VALUE);
        assertThat(MapMessage.parse(message.encode())).isEqualTo(message);
    }

    @Test
    void messagesWithOtherBytesAreNotEqual() {
        byte[] k = {'k'};
        byte[] l = {'l'};
        assertThat(new MapMessage.Set(k, l, 1))
                .isEqualTo(new MapMessage.Set(k.clone(), l.clone(), 1))
                .isNotEqualTo(new MapMessage.Set(l, l, 1))
                .isNotEqualTo(new MapMessage.Set(k, k, 1))
                .isNotEqualTo(new MapMessage.Set(k, l, 2));
        assertThat(new MapMessage.Delete(k, 1))
                .isEqualTo(new MapMessage.Delete(k.clone(), 1))
                .isNotEqualTo(new MapMessage.Delete(l, 1))
                .isNotEqualTo(new MapMessage.Delete(k, 2));
    }

    @Test
    void hugeMessageIsShortenedInTheRefusal() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MapMessage.parse(("reset:" + "9".repeat(1_000_000)).getBytes(UTF_8)))
                .withMessageContaining("(1000006 bytes)")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }

    @Test
    void revisionBelowOneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MapMessage.Destroy(0))
                .withMessage("revision is 1 or more, was 0");
    }
}
