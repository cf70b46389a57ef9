package dev.pulse.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pulse.wire.RetentionConfig.Mode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetentionConfigTest {
    static Stream<Arguments> writtenByGo() {
        return Stream.of(
                Arguments.of("default", new RetentionConfig(1000, Mode.NONE, 0, false)),
                Arguments.of("maximum 50000", new RetentionConfig(50_000, Mode.NONE, 0, false)),
                Arguments.of("unbounded", new RetentionConfig(0, Mode.NONE, 0, false)),
                Arguments.of(
                        "sliding TTL 1 h (and field ttl_owned=1)",
                        new RetentionConfig(1000, Mode.TTL, 3_600_000, true)),
                Arguments.of(
                        "deadline, max 10 (and field deadline_ms=1795387831713)",
                        new RetentionConfig(10, Mode.DEADLINE, 1_795_387_831_713L, false)));
    }

    @ParameterizedTest
    @MethodSource("writtenByGo")
    void whatGoWroteIsReadAndWrittenTheSame(String example, RetentionConfig config) {
        String text = Golden.ALL
                .at("/stream/retention_config_examples")
                .required(example)
                .textValue();
        assertThat(RetentionConfig.parse(text)).isEqualTo(config);
        assertThat(config.encode()).isEqualTo(text);
    }

    @Test
    void everyExampleOfGoIsTested() {
        assertThat(Golden.ALL.at("/stream/retention_config_examples"))
                .hasSize((int) writtenByGo().count());
        assertThat(RetentionConfig.parse(Golden.text("/stream/lifecycle/retention_config")))
                .isEqualTo(new RetentionConfig(1000, Mode.NONE, 0, false));
    }

    @Test
    void greatestNumbersSurvive() {
        RetentionConfig config = new RetentionConfig(Long.MAX_VALUE, Mode.TTL, Long.MAX_VALUE, false);
        assertThat(RetentionConfig.parse(config.encode())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "1", "02", "", "two"})
    void unknownVersionIsSaidToBeUnknown(String version) {
        String text = "v=" + version + "|max=1000|mode=none|value=0|sliding=false";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionConfig.parse(text))
                .withMessage("retention config has the unknown version \"" + version + "\", known is 2, was \"" + text
                        + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v=2",
                "max=1000|mode=none|value=0|sliding=false",
                "v=2|max=|mode=none|value=0|sliding=false",
                "v=2|max=-1|mode=none|value=0|sliding=false",
                "v=2|max=+1|mode=none|value=0|sliding=false",
                "v=2|max=01|mode=none|value=0|sliding=false",
                "v=2|max=1|mode=NONE|value=0|sliding=false",
                "v=2|max=1|mode=never|value=0|sliding=false",
                "v=2|max=1|mode=none|value=0|sliding=no",
                "v=2|max=1|mode=none|value=0",
                "v=2|mode=none|max=1|value=0|sliding=false",
                "v=2|max=1|mode=none|value=0|sliding=false|",
                "v=2|max=1|mode=none|value=0|sliding=false\n",
                " v=2|max=1|mode=none|value=0|sliding=false"
            })
    void anyOtherFormIsRefusedNamingTheFormatAndTheText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionConfig.parse(text))
                .withMessageStartingWith("retention config is v=2|max=")
                .withMessageEndingWith("was \"" + text.replace("\n", "\\u000a") + "\"");
    }

    @Test
    void numberBeyondALongIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionConfig.parse("v=2|max=9223372036854775808|mode=none|value=0|sliding=false"))
                .withMessageContainingAll("9223372036854775807", "max=9223372036854775808");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=2|max=1|mode=none|value=1|sliding=false",
                "v=2|max=1|mode=none|value=0|sliding=true",
                "v=2|max=1|mode=ttl|value=0|sliding=false",
                "v=2|max=1|mode=deadline|value=0|sliding=false",
                "v=2|max=1|mode=deadline|value=5|sliding=true"
            })
    void partsThatContradictTheModeAreRefusedNamingTheText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RetentionConfig.parse(text))
                .withMessageStartingWith("retention config contradicts itself: ")
                .withMessageContaining(text);
    }

    @Test
    void negativeMaximumIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetentionConfig(-1, Mode.NONE, 0, false))
                .withMessage("maxLength is 1 or more, or 0 for no bound, was -1");
    }
}
