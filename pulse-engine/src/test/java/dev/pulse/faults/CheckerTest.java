package dev.pulse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The checker finds what is broken, and nothing else. Each line of these histories is a millisecond and a step. */
class CheckerTest {
    private static final String SINK = "0 k/a READY k,1000,4,5,false,%s,%s,%s -\n";
    private static final String PLAIN = SINK.formatted(false, false, false);

    private static final String ALL_WELL = PLAIN + """
            1 w ADDING w:k0:0 -
            2 w ADDED w:k0:0 1-0
            3 k/a BEGIN w:k0:0 1-0
            4 k/a END w:k0:0 1-0
            5 r READ w:k0:0 1-0
            """;

    private final Map<String, String> retained = new LinkedHashMap<>(Map.of("1-0", "w:k0:0"));

    private Findings check(String history) {
        List<Step> steps = new ArrayList<>();
        for (String line : history.split("\n")) {
            String[] words = line.split(" ", 2);
            steps.add(Step.parse(Long.parseLong(words[0]) * 1_000 + " " + words[1]));
        }
        return new Checker(steps, retained).check();
    }

    private void assertBroken(String promise, String history) {
        assertThat(check(history).violations()).singleElement().asString().startsWith(promise);
    }

    private void assertKept(String history) {
        assertThat(check(history).violations()).isEmpty();
    }

    @Test
    void aHistoryWithoutFaultsKeepsAll() {
        Findings findings = check(ALL_WELL);
        assertThat(findings.violations()).isEmpty();
        assertThat(findings.events()).isEqualTo(1);
        assertThat(findings.duplicates()).isZero();
    }

    @Test
    void whatWasAddedAndNotHandledIsFound() {
        assertBroken("P1 added and not handled by k", without(ALL_WELL, "END"));
        assertKept(without(ALL_WELL, "END") + "6 k/a DEAD - 1-0\n");
        assertKept(without(ALL_WELL, "END") + "6 redis TRIMMED - 1-0\n");
        assertKept(without(ALL_WELL, "END") + "6 redis EVENTS_LOST 5000 -\n");
        assertBroken("P1", without(ALL_WELL, "END") + "6 redis EVENTS_LOST 3000 -\n");
    }

    @Test
    void anAckBeforeTheEndOrNoneAtAllIsFound() {
        assertKept(ALL_WELL + "5 k/redis ACK_LOGGED - 1-0\n");
        assertBroken("P1 acked before it was handled", ALL_WELL + "3 k/redis ACK_LOGGED - 1-0\n");
        assertKept(without(ALL_WELL, "END") + "4 k/redis ACK_LOGGED - 1-0\n6 k/a DEAD - 1-0\n");
        String other = """
                1 w ADDING w:k0:1 -
                2 w ADDED w:k0:1 2-0
                5 k/a BEGIN w:k0:1 2-0
                6 k/a END w:k0:1 2-0
                7 r READ w:k0:1 2-0
                """;
        retained.put("2-0", "w:k0:1");
        assertBroken("P1 handled and never acked", ALL_WELL + other + "5 k/redis ACK_LOGGED - 1-0\n");
    }

    @Test
    void whatIsGoneFromTheStreamOrThereTwiceIsFound() {
        retained.put("2-0", "w:k0:0");
        assertBroken("added twice", ALL_WELL);
        retained.clear();
        assertBroken("lost from the stream", ALL_WELL);
        retained.put("1-0", "w:k0:0");
        retained.put("3-0", "w:k1:1");
        assertBroken("told as not added", ALL_WELL + "6 w ADDING w:k1:1 -\n7 w REFUSED w:k1:1 -\n");
    }

    @Test
    void aDeliveryTooManyIsFound() {
        String again = "3000 k/b BEGIN w:k0:0 1-0\n3001 k/b END w:k0:0 1-0\n";
        assertBroken("P2", ALL_WELL + again);
        assertThat(check(ALL_WELL + again).duplicates()).isEqualTo(1);
        assertKept(ALL_WELL + "4 k/a KILLED - -\n" + again);
        assertBroken("P2", ALL_WELL + "4 k/c KILLED - -\n" + again);
        assertKept(ALL_WELL + "1 k/a PAUSED - -\n2500 k/a KILLED - -\n" + again);
        assertKept(ALL_WELL + "3 redis BROKEN - -\n2999 redis HEALED - -\n" + again);
        assertBroken("P2", ALL_WELL + "2500 redis BROKEN - -\n2999 redis HEALED - -\n" + again);
        assertBroken("P2", ALL_WELL + "5 k/a ACKED w:k0:0 1-0\n900 k/a KILLED - -\n" + again);
        assertKept(ALL_WELL + "900 k/a LEASE_LOST - 1-0\n" + again);
        assertKept(ALL_WELL.replace("END", "FAILED") + again);
    }

    @Test
    void anAckThatCameTooLateIsFound() {
        String late = ALL_WELL + """
                3 k/a PAUSED - -
                1100 k/b BEGIN w:k0:0 1-0
                2000 k/a RESUMED - -
                2001 k/a %s w:k0:0 1-0
                2100 k/b END w:k0:0 1-0
                """;
        assertKept(late.formatted("LEASE_LOST"));
        assertBroken("P2 acked by a consumer that had lost it", late.formatted("ACKED"));
        assertKept(late.formatted("ACKED") + "2000 redis ACKS_LOST 1000000 -\n");
    }

    @Test
    void whatIsTakenOverLateIsFound() {
        UnaryOperator<String> at = millis -> ALL_WELL.replace("4 k/a END w:k0:0 1-0\n", "") + """
                4 k/a KILLED - -
                4 k/a HELD - 1-0
                %1$s k/b BEGIN w:k0:0 1-0
                %1$s k/b END w:k0:0 1-0
                """.formatted(millis);
        assertThat(check(at.apply("1504")).redelivery()).isEqualTo(Duration.ofMillis(1_500));
        assertKept(at.apply("13004"));
        assertBroken("P3", at.apply("13005"));
    }

    @Test
    void aReaderThatMissesRepeatsOrReordersIsFound() {
        assertBroken("P4 missed by r", ALL_WELL.replace("5 r READ w:k0:0 1-0", "0 r RESET 0-0 0-0"));
        assertBroken("P4 repeated", ALL_WELL + "6 r READ w:k0:0 1-0\n");
        assertKept(ALL_WELL + "6 r RESET 0-0 1-0\n7 r READ w:k0:0 1-0\n");
        String gap = ALL_WELL.replace("5 r READ w:k0:0 1-0", "5 r GAP %s 2-0");
        assertKept(gap.formatted(1));
        assertKept(gap.formatted("?"));
        assertBroken("P4 told as missed by r, 1 times: [2 of 1]", gap.formatted(2));
    }

    @Test
    void aKeyInTwoHandlersIsFound() {
        retained.put("2-0", "w:k0:1");
        String two = """
                1 w ADDED w:k0:0 1-0
                1 w ADDED w:k0:1 2-0
                3 k/a BEGIN w:k0:0 1-0
                4 k/%1$s BEGIN w:k0:1 2-0
                5 k/a END w:k0:0 1-0
                6 k/%1$s END w:k0:1 2-0
                """;
        assertKept(PLAIN + two.formatted("a"));
        assertBroken("P5", SINK.formatted(false, true, false) + two.formatted("a"));
        assertKept(SINK.formatted(false, true, false) + two.formatted("b"));
        assertBroken("P5", SINK.formatted(false, false, true) + two.formatted("b"));
        assertKept(SINK.formatted(false, false, true) + two.formatted("a"));
        assertBroken("P5 out of order", SINK.formatted(false, true, true) + """
                1 w ADDED w:k0:0 1-0
                1 w ADDED w:k0:1 2-0
                3 k/a BEGIN w:k0:1 2-0
                4 k/a END w:k0:1 2-0
                5 k/a BEGIN w:k0:0 1-0
                6 k/a END w:k0:0 1-0
                """);
    }

    @Test
    void whatRecoversLateIsFound() {
        retained.put("2-0", "w:k0:1");
        String recovery = ALL_WELL + """
                10 redis BROKEN - -
                20 redis HEALED - -
                21 w ADDING w:k0:1 -
                22 w ADDED w:k0:1 2-0
                %1$s k/a BEGIN w:k0:1 2-0
                %1$s k/a END w:k0:1 2-0
                30000 r READ w:k0:1 2-0
                """;
        assertThat(check(recovery.formatted("120")).recovery()).isEqualTo(Duration.ofMillis(100));
        assertBroken("P11", recovery.formatted("15021"));
    }

    private static String without(String history, String word) {
        return history.lines().filter(line -> !line.contains(" " + word + " ")).reduce("", (a, b) -> a + b + "\n");
    }
}
