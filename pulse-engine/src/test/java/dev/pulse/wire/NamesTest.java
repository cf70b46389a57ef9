package dev.pulse.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static final String LONGEST = "n".repeat(512);

    record Rule(String parameter, String what, UnaryOperator<String> require) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Rule> everyKind() {
        return Stream.concat(
                kindsInKeys(),
                Stream.of(
                        new Rule("sinkName", "sink name", Names::requireSinkName),
                        new Rule("eventName", "event name", Names::requireEventName),
                        new Rule("topic", "topic", Names::requireTopic)));
    }

    static Stream<Rule> kindsInKeys() {
        return Stream.of(
                new Rule("streamName", "stream name", Names::requireStreamName),
                new Rule("mapName", "map name", Names::requireMapName));
    }

    static Stream<Named<Character>> refusedCharacters() {
        return " \0*?[]".chars().mapToObj(c -> Named.of("U+%04X".formatted(c), (char) c));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void allowedNameIsReturnedItself(Rule rule) {
        String name = "orders.eu-1";
        assertThat(rule.require().apply(name)).isSameAs(name);
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void emptyNameIsRefusedNamingTheBound(Rule rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule.require().apply(""))
                .withMessage(rule.what() + " is 1 to 512 characters, was empty");
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void nullIsRefusedNamingTheParameter(Rule rule) {
        assertThatNullPointerException()
                .isThrownBy(() -> rule.require().apply(null))
                .withMessage(rule.parameter());
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void nameOf512CharactersIsAllowedAnd513AreRefused(Rule rule) {
        assertThat(rule.require().apply(LONGEST)).isSameAs(LONGEST);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule.require().apply(LONGEST + "n"))
                .withMessageStartingWith(rule.what() + " is 1 to 512 characters, was 513: \"nnn");
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void characterOfTwoJavaCharsCountsOnce(Rule rule) {
        String longest = "🙂".repeat(512);
        assertThat(rule.require().apply(longest)).isSameAs(longest);
        assertThatIllegalArgumentException().isThrownBy(() -> rule.require().apply(longest + "n"));
    }

    @Test
    void halfASurrogatePairIsRefusedAndShownAsANumber() {
        for (String bad : List.of("a\ud83c", "\udf89a", "\ud83c\ud83c\udf89")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Names.requireSinkName(bad))
                    .withMessageContaining("sink name is text that UTF-8 can say, was \"")
                    .withMessageContaining("\\ud")
                    .withMessageContaining("half a surrogate pair at index ");
        }
        assertThat(Names.requireSinkName("a\ud83c\udf89")).isEqualTo("a🎉");
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void hugeNameIsShortenedInTheMessage(Rule rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rule.require().apply("n".repeat(1_000_000)))
                .withMessageContaining("(1000000 characters)")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }

    @Test
    void nameWithAStarIsRefusedNamingTheRule() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Names.requireStreamName("a*b"))
                .withMessage("stream name has none of space, NUL, *, ?, [, ], was \"a*b\" with * at index 1");
    }

    @Test
    void nulIsNamedAndEscapedInTheMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Names.requireMapName("a\0"))
                .withMessage("map name has none of space, NUL, *, ?, [, ], was \"a\\u0000\" with NUL at index 1");
    }

    @ParameterizedTest
    @MethodSource("refusedCharacters")
    void refusedCharacterIsRefusedAnywhereInNamesThatBecomeKeys(char c) {
        kindsInKeys()
                .forEach(rule -> Stream.of(c + "a", "a" + c + "a", "a" + c, "" + c)
                        .forEach(name -> assertThatIllegalArgumentException()
                                .isThrownBy(() -> rule.require().apply(name))
                                .withMessageContaining("none of space, NUL, *, ?, [, ]")));
    }

    @ParameterizedTest
    @MethodSource("refusedCharacters")
    void namesThatAreOnlyValuesMayHoldAnyCharacter(char c) {
        String name = "a" + c;
        assertThat(Names.requireSinkName(name)).isSameAs(name);
        assertThat(Names.requireEventName(name)).isSameAs(name);
        assertThat(Names.requireTopic(name)).isSameAs(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s:lifecycle", ":lifecycle", "s:generation:2:lifecycle"})
    void nameThatEndsInLifecycleIsReserved(String name) {
        kindsInKeys()
                .forEach(rule -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> rule.require().apply(name))
                        .withMessageContainingAll(rule.what(), ":lifecycle", "reserved", name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s:generation:2",
                "s:generation:2:resources",
                "s:generation::generation:007",
                "s:generation:2x:generation:3:sinks",
                ":generation:99999999999999999999999"
            })
    void nameWithANumberedGenerationIsReserved(String name) {
        kindsInKeys()
                .forEach(rule -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> rule.require().apply(name))
                        .withMessageContainingAll(rule.what(), ":generation:<digits>", "reserved", name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s:sink-recovery:1", "s:sink-recovery:12:x"})
    void nameWithANumberedSinkRecoveryIsReserved(String name) {
        kindsInKeys()
                .forEach(rule -> assertThatIllegalArgumentException()
                        .isThrownBy(() -> rule.require().apply(name))
                        .withMessageContainingAll(rule.what(), ":sink-recovery:<digits>", "reserved", name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lifecycle",
                "s:lifecycles",
                "s:lifecycle:x",
                "generation:2",
                "s:generation:",
                "s:generation:x",
                "s:generation:2x",
                "s:generation:٢",
                "s:sink-recovery:",
                "s:sink-recovery:1-2",
                "s:dead",
                "a:b:c",
                "été",
                "line\nbreak",
                "a=b"
            })
    void nameThatOnlyResemblesAReservedOneIsAllowed(String name) {
        kindsInKeys().forEach(rule -> assertThat(rule.require().apply(name)).isSameAs(name));
    }

    @Test
    void keysOfAStreamAreNoNamesOfOthers() {
        String prefix = "pulse:stream:";
        StreamKeys keys = new StreamKeys("s", 2);
        Stream.of(
                        keys.lifecycle(),
                        keys.physical(),
                        keys.resources(),
                        keys.recovery(),
                        new StreamKeys("s", 1).recovery(),
                        keys.sinkConfig("k"),
                        keys.staleLease("k"),
                        keys.idempotency())
                .forEach(key -> assertThatIllegalArgumentException()
                        .as(key)
                        .isThrownBy(() -> Names.requireStreamName(key.substring(prefix.length()))));
        Stream.of(keys.keepAlive("k"), keys.membership())
                .forEach(map -> assertThatIllegalArgumentException()
                        .as(map.name())
                        .isThrownBy(() -> Names.requireMapName(map.name())));
    }
}
