package dev.pulse.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextListsTest {
    @Test
    void listsAreWrittenAsCjsonWritesThem() {
        assertThat(TextLists.encode(List.of())).isEqualTo("[]");
        assertThat(TextLists.encode(List.of("a", "", "q\"b\\s/", "é🙂", "\b\t\n\f\r\u0001\u007f")))
                .isEqualTo("[\"a\",\"\",\"q\\\"b\\\\s\\/\",\"é🙂\",\"\\b\\t\\n\\f\\r\\u0001\\u007f\"]");
    }

    @Test
    void whatIsWrittenIsRead() {
        List<String> odd = List.of("", "a,b", "q\"b\\s/", "é🙂", "\b\t\n\f\r\u0001\u007f", "[", "]");
        assertThat(TextLists.decode(TextLists.encode(odd))).isEqualTo(odd);
    }

    @Test
    void otherFormsOfTheSameAreRead() {
        assertThat(TextLists.decode(" [ \"a\" ,\n\"\\u00e9\\ud83d\\ude42\\/\" ] "))
                .containsExactly("a", "é🙂/");
        assertThat(TextLists.decode("[ ]")).isEmpty();
        assertThat(TextLists.decode("x,y,,z")).containsExactly("x", "y", "z");
        assertThat(TextLists.decode("12")).containsExactly("12");
        assertThat(TextLists.decode("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":\"b\"}",
                "[1]",
                "[\"a\",2]",
                "[\"a\"",
                "[\"a\",]",
                "[,]",
                "[\"a\" \"b\"]",
                "[\"a\"]x",
                "[\"\\x\"]",
                "[\"\\u12\"]",
                "[\"\\u12g4\"]",
                "[\"a",
                "[null]",
                "[[]]"
            })
    void whatIsNoArrayOfStringsIsRefused(String value) {
        assertThatThrownBy(() -> TextLists.decode(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON array of strings");
    }
}
