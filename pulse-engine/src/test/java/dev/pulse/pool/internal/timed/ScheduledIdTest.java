package dev.pulse.pool.internal.timed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose a job is can be told from its dispatch id, whatever names and keys look like. */
class ScheduledIdTest {
    private static final List<String> NAMES = List.of("a", "a/1", "a/1/k", "#1", "5", "schedule/a/1/k", "/", "é😀");

    @Test
    void theScheduleIsToldByIdAndKey() {
        for (String schedule : NAMES) {
            for (String key : NAMES) {
                for (int tries : new int[] {0, 1, 5, 12}) {
                    String id = ScheduledId.of(schedule, 1_795_600_000_000L, key, tries);
                    assertThat(ScheduledId.scheduleOf(id, key)).as(id).contains(schedule);
                }
            }
        }
    }

    @Test
    void otherIdsAreNobodys() {
        for (String id : List.of("", "a", "schedule/", "schedule/a/k", "schedule/a/1/k2", "schedule//1/k", "x/a/1/k")) {
            assertThat(ScheduledId.scheduleOf(id, "k")).as(id).isEmpty();
        }
    }
}
