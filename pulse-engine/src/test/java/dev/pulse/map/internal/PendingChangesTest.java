package dev.pulse.map.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.map.MapChange;
import dev.pulse.map.MapChange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class PendingChangesTest {
    private final LongAdder coalesced = new LongAdder();
    private final PendingChanges<String> pending = new PendingChanges<>(1, coalesced);

    private static MapChange<String> change(Kind kind, String key, String before, String now, long revision) {
        return new MapChange<>(kind, key, optional(before), optional(now), revision);
    }

    private static Optional<String> optional(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    private List<MapChange<String>> all() {
        List<MapChange<String>> all = new ArrayList<>();
        for (MapChange<String> next = pending.poll(); next != null; next = pending.poll()) {
            all.add(next);
        }
        return all;
    }

    @Test
    void withinTheBacklogNothingIsCoalesced() {
        pending.add(change(Kind.SET, "a", "", "1", 1));
        assertThat(all()).hasSize(1);
        pending.add(change(Kind.SET, "a", "1", "2", 2));
        assertThat(all()).containsExactly(change(Kind.SET, "a", "1", "2", 2));
        assertThat(coalesced.sum()).isZero();
    }

    @Test
    void beyondItAKeyKeepsItsPlaceAndBecomesOneChange() {
        pending.add(change(Kind.SET, "a", "", "1", 1));
        pending.add(change(Kind.SET, "a", "1", "2", 2));
        pending.add(change(Kind.SET, "b", "", "1", 3));
        pending.add(change(Kind.SET, "a", "2", "3", 4));
        pending.add(change(Kind.DELETE, "a", "3", "", 5));
        assertThat(all())
                .containsExactly(
                        change(Kind.SET, "a", "", "1", 1),
                        change(Kind.DELETE, "a", "1", "", 5),
                        change(Kind.SET, "b", "", "1", 3));
        assertThat(coalesced.sum()).isEqualTo(2);
    }

    @Test
    void whatCameAndWentIsNotToldAndWhatWasThereAtFirstStillWas() {
        pending.add(change(Kind.PRESENT, "x", "", "1", 1));
        pending.add(change(Kind.PRESENT, "a", "", "1", 1));
        pending.add(change(Kind.PRESENT, "b", "", "1", 1));
        pending.add(change(Kind.SET, "c", "", "1", 2));
        pending.add(change(Kind.RESET, "a", "1", "", 3));
        pending.add(change(Kind.SET, "b", "1", "2", 4));
        pending.add(change(Kind.DELETE, "c", "1", "", 5));
        assertThat(all()).containsExactly(change(Kind.PRESENT, "x", "", "1", 1), change(Kind.PRESENT, "b", "", "2", 4));
    }
}
