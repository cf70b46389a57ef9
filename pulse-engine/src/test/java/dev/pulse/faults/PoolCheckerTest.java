package dev.pulse.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker of pools finds what is broken, and nothing else. Each line of these histories is a millisecond and a step. */
class PoolCheckerTest {
    private static final Duration LEASE = Duration.ofSeconds(1);

    private static final String ALL_WELL = """
        0 m0 JOINED w0 - 0 -
        1 c DISPATCHING k a 0 once
        2 m0 BEGIN k a 1 w0
        3 m0 RUNS k a 1 w0
        4 c ACCEPTED k a 1 -
        """;
    private static final String ENDED = """
        5 m0 ENDS k a 1 w0
        6 m0 ENDED k a 1 w0
        """;
    private static final String STOPPED = "5 c STOPPING k a 0 -\n" + ENDED + "7 c STOPPED k a 0 -\n";

    private final Map<String, PoolRecord> records = new HashMap<>();

    private Findings check(String history) {
        List<JobStep> steps = new ArrayList<>();
        for (String line : history.split("\n")) {
            String[] words = line.split(" ", 2);
            steps.add(JobStep.parse(Long.parseLong(words[0]) * 1_000 + " " + words[1]));
        }
        return new PoolChecker(steps, LEASE, records).check();
    }

    /** In Redis it runs with this token. */
    private PoolCheckerTest with(long token) {
        records.put("k", new PoolRecord("running", "w", token, "a", false));
        return this;
    }

    private void assertBroken(String promise, String history) {
        assertThat(check(history).violations()).singleElement().asString().startsWith(promise);
    }

    private void assertKept(String history) {
        assertThat(check(history).violations()).isEmpty();
    }

    @Test
    void aHistoryWithoutFaultsKeepsAll() {
        with(1).assertKept(ALL_WELL);
        assertThat(check(ALL_WELL).events()).isEqualTo(1);
        records.clear();
        assertKept(ALL_WELL + STOPPED);
    }

    @Test
    void whatRunsInTwoPlacesIsFound() {
        String both = ALL_WELL + "5 m1 BEGIN k a 2 w1\n7 m0 ENDED k a 1 w0\n";
        with(2).assertBroken("P6 in two places under a lease", both);
        String lost = both + "6 m0 LOST w0 - 0 -\n";
        assertKept(lost);
        assertThat(check(lost).duplicates()).isEqualTo(1);
        assertThat(check(lost).overlap()).isEqualTo(Duration.ofMillis(2));
        assertBroken("P6 in two places for too long", lost.replace("7 m0 ENDED", "11000 m0 ENDED"));
    }

    @Test
    void whatStandsStillIsNotRunning() {
        String paused = ALL_WELL + "5 m0 PAUSED - - 0 -\n1500 m1 BEGIN k a 2 w1\n";
        String woken = paused + "20000 m0 RESUMED - - 0 -\n20003 m0 ENDED k a 1 w0\n";
        with(2).assertKept(woken);
        assertThat(check(woken).overlap()).isEqualTo(Duration.ofMillis(3));
        assertKept(paused + "20000 m0 KILLED - - 0 -\n");
        assertThat(check(paused + "20000 m0 KILLED - - 0 -\n").duplicates()).isZero();
    }

    @Test
    void tokensThatDoNotGrowAreFound() {
        with(2).assertBroken(
                        "P6 begun twice under one token",
                        ALL_WELL.replace(" 1 ", " 2 ") + ENDED.replace(" 1 ", " 2 ") + "7 m1 BEGIN k a 2 w1\n");
        with(1).assertBroken(
                        "P6 begun with a token that is not greater",
                        ALL_WELL.replace(" 1 ", " 2 ") + ENDED.replace(" 1 ", " 2 ") + "7 m1 BEGIN k a 1 w1\n");
    }

    @Test
    void whatIsLostIsFound() {
        assertBroken("P7 lost", ALL_WELL + ENDED);
        String none = "P7 accepted, and then there was none";
        String gone = ALL_WELL + STOPPED.replace("STOPPED", "NONE");
        assertBroken(none, gone);
        assertBroken(none, gone + "1 redis BROKEN - - 0 -\n4 redis HEALED - - 0 -\n8 redis BROKEN - - 0 -\n");
        assertBroken(none, gone + "1 redis BROKEN - - 0 -\n6 redis HEALED - - 0 -\n");
        // between two workers nobody tells of the end
        String waiting = gone.replace("6 m0 ENDED", "4 m0 ENDED").replace("5 m0 ENDS", "4 m0 ENDS");
        assertBroken(none, waiting);
        assertKept(waiting + "1 redis BROKEN - - 0 -\n6 redis HEALED - - 0 -\n");
        assertKept(waiting + "6 redis BROKEN - - 0 -\n");
        with(1).assertBroken("P7 lost", ALL_WELL + "5 m0 KILLED - - 0 -\n");
        // it may have been stopped
        records.clear();
        assertKept(ALL_WELL + ENDED + "7 c STOPPING k a 0 -\n8 c STOP_UNKNOWN k a 0 -\n");
    }

    @Test
    void whatRunsWithoutRedisIsFound() {
        String stopped = ALL_WELL + "5 c STOPPING k a 0 -\n6 c STOP_UNKNOWN k a 0 -\n";
        assertBroken("P6 runs, and is not in Redis", stopped);
        with(2).assertBroken("P6 runs, and is not in Redis", stopped);
        with(1).assertKept(stopped);
    }

    @Test
    void whatIsTakenOverLateIsFound() {
        String killed = ALL_WELL + "5 m0 KILLED - - 0 -\n";
        with(2).assertBroken("P7 taken over too late", killed + "13100 m1 BEGIN k a 2 w1\n");
        assertKept(killed + "13000 m1 BEGIN k a 2 w1\n");
        assertThat(check(killed + "1005 m1 BEGIN k a 2 w1\n").redelivery()).isEqualTo(Duration.ofSeconds(1));
        // the one that had it next died, too
        assertKept(killed + "9000 m2 KILLED - - 0 -\n13100 m1 BEGIN k a 2 w1\n");
    }

    @Test
    void whatBeginsOrGoesOnAfterItsEndIsFound() {
        String again = "8 m1 BEGIN k a 2 w1\n9 m1 ENDED k a 2 w1\n";
        assertBroken("P8 begun again after it had ended", ALL_WELL + STOPPED + again);
        assertBroken(
                "P8 begun again after it had ended",
                ALL_WELL + STOPPED.replace("c STOPPED k a 0", "c SHUT_DOWN - - 0") + again);
        assertKept(ALL_WELL + STOPPED + again + "10 redis FORGOT - - 0 5000\n");
        String goesOn = ALL_WELL + STOPPED.replace("6 m0 ENDED", "8 m0 ENDED");
        assertBroken("P8 goes on after it was told as ended", goesOn);
        assertKept(goesOn + "6 m0 LOST w0 - 0 -\n");
    }

    @Test
    void whatIsToldOtherwiseThanItIsIsFound() {
        assertBroken(
                "P17 told as not accepted, and begun", (ALL_WELL + ENDED).replace("ACCEPTED k a 1", "REFUSED k a 0"));
        assertBroken(
                "P17 told as failed, which it did not",
                (ALL_WELL + ENDED).replace("4 c ACCEPTED k a 1", "7 c FAILED k a 0"));
        String once = "P17 told otherwise when dispatched once more";
        assertBroken(once, ALL_WELL + STOPPED + "8 c REPEATED k a 0 ended\n");
        assertKept(ALL_WELL + STOPPED + "8 c REPEATED k a 0 started\n");
        String neverRan = "1 c DISPATCHING k a 0 -\n2 c STOPPING k a 0 -\n3 c STOPPED k a 0 -\n";
        assertBroken(once, neverRan + "4 c REPEATED k a 0 started\n");
        assertKept(neverRan + "4 c REPEATED k a 0 ended\n");
        String exists = ALL_WELL + STOPPED + "8 c DISPATCHING k b 0 -\n9 c EXISTS k b 0 -\n";
        assertBroken("P8 stopped, and still there", exists);
        assertKept(exists + "2 c DISPATCHING k z 0 -\n3 c UNKNOWN k z 0 -\n");
    }

    @Test
    void whatRedisForgotIsOnlyWhatRanNowhere() {
        String forgot = "%d redis FORGOT - - 0 100000\n";
        assertBroken("P7 lost", ALL_WELL + ENDED + forgot.formatted(5));
        assertKept(ALL_WELL + ENDED + forgot.formatted(7));
        assertBroken("P7 lost", ALL_WELL + ENDED + forgot.formatted(200));
    }

    @Test
    void whatRecoversLateIsFound() {
        String healed = "0 redis BROKEN - - 0 -\n1 redis HEALED - - 0 -\n";
        String late = healed + ALL_WELL.replace("\n1 c", "\n2 c").replace("4 c ACCEPTED", "15100 c ACCEPTED");
        with(1).assertBroken("P11 recovered too late", late);
        assertKept(late.replace("15100 c", "15000 c"));
        assertKept(late + "14000 redis BROKEN - - 0 -\n");
    }
}
