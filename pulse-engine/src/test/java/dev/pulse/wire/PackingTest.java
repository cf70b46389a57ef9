package dev.pulse.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    @Test
    void lengthIsFourBytesLittleEndian() {
        assertThat(Packing.pack("k".getBytes(UTF_8), new byte[0])).isEqualTo(hex("010000006b00000000"));
        assertThat(Packing.pack(new byte[0x010203])).startsWith(3, 2, 1, 0).hasSize(0x010203 + 4);
    }

    @Test
    void nothingPackedIsNothing() {
        assertThat(Packing.pack()).isEmpty();
        assertThat(Packing.unpack(new byte[0], 0)).isEmpty();
    }

    @Test
    void allStringsFromAnOffsetAreUnpacked() {
        byte[] binary = hex("00ff80");
        byte[] packed = Packing.pack("skipped".getBytes(UTF_8), "é".getBytes(UTF_8), new byte[0], binary);
        assertThat(Packing.unpack(packed, 4 + 7)).containsExactly("é".getBytes(UTF_8), new byte[0], binary);
        assertThat(Packing.unpack(packed, packed.length)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"LITTLE_ENDIAN", "BIG_ENDIAN"})
    void byteOrderOfTheBufferDoesNotMatter(String order) {
        ByteBuffer from = ByteBuffer.wrap(Packing.pack(hex("61"), hex("6263")))
                .order(order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        assertThat(Packing.unpack(from)).isEqualTo(hex("61"));
        assertThat(Packing.unpack(from)).isEqualTo(hex("6263"));
        assertThat(from.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "01,       'begins with 4 bytes of length, only 1 left'",
        "010000,   'begins with 4 bytes of length, only 3 left'",
        "01000000, 'a length of 0 to the 0 bytes that are left, was 1'",
        "0300000061, 'a length of 0 to the 1 bytes that are left, was 3'",
        "ffffffff61, 'a length of 0 to the 1 bytes that are left, was -1'",
        "ffffff7f61, 'a length of 0 to the 1 bytes that are left, was 2147483647'"
    })
    void malformedLengthIsRefusedWithTheReasonAndThePositionStays(String packed, String reason) {
        ByteBuffer from = ByteBuffer.wrap(hex(packed));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Packing.unpack(from))
                .withMessageContaining(reason);
        assertThat(from.position()).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> Packing.unpack(hex(packed), 0));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 2})
    void offsetOutsideTheArrayIsRefused(int offset) {
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Packing.unpack(new byte[1], offset));
    }
}
