package dev.pulse.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.wire.KeyHash;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RingTest {
    private static final int KEYS = 20_000;

    private static String key(int i) {
        return "job-" + i;
    }

    private static long moved(Ring before, Ring after) {
        return IntStream.range(0, KEYS)
                .filter(i -> !before.ownerOf(key(i)).equals(after.ownerOf(key(i))))
                .count();
    }

    @Test
    void withoutHolesTheOwnerIsThatOfTheJumpHash() {
        Ring ring = new Ring(1, List.of("a", "b", "c"));
        for (int i = 0; i < 100; i++) {
            String expected = ring.slots().get(KeyHash.jump(KeyHash.crc64(key(i)), 3));
            assertThat(ring.ownerOf(key(i))).contains(expected);
        }
    }

    @Test
    void nobodyOwnsAKeyWhereNobodyIs() {
        assertThat(Ring.parse(0, "").ownerOf("k")).isEmpty();
        assertThat(Ring.parse(0, "").isEmpty()).isTrue();
    }

    @Test
    void aLeaveMovesTheLeaversKeysOnlyAndSpreadsThem() {
        Ring before = new Ring(1, List.of("a", "b", "c", "d"));
        Ring after = new Ring(2, List.of("", "b", "c", "d"));
        long ofA = IntStream.range(0, KEYS)
                .filter(i -> before.ownerOf(key(i)).orElseThrow().equals("a"))
                .count();
        assertThat(moved(before, after)).isEqualTo(ofA);
        for (String worker : List.of("b", "c", "d")) {
            long share = IntStream.range(0, KEYS)
                    .filter(i -> after.ownerOf(key(i)).orElseThrow().equals(worker))
                    .count();
            assertThat(share).isBetween(KEYS / 3 * 9L / 10, KEYS / 3 * 11L / 10);
        }
    }

    @Test
    void whoComesBackIntoAHoleGetsTheSameKeys() {
        Ring before = new Ring(1, List.of("a", "b", "c", "d"));
        Ring hole = new Ring(2, List.of("a", "", "c", "d"));
        Ring back = Ring.parse(3, hole.joinedBy("e", "").slots());
        assertThat(back.slots()).containsExactly("a", "e", "c", "d");
        for (int i = 0; i < KEYS; i++) {
            String owner = before.ownerOf(key(i)).orElseThrow();
            assertThat(back.ownerOf(key(i))).contains(owner.equals("b") ? "e" : owner);
        }
    }

    @Test
    void aJoinMovesItsShareOnlyAndOnlyToItself() {
        Ring before = new Ring(1, List.of("a", "b", "c"));
        Ring after = Ring.parse(2, before.joinedBy("d", "").slots());
        assertThat(moved(before, after)).isBetween(KEYS / 4 * 9L / 10, KEYS / 4 * 11L / 10);
        for (int i = 0; i < KEYS; i++) {
            String owner = after.ownerOf(key(i)).orElseThrow();
            assertThat(owner.equals("d") || owner.equals(before.ownerOf(key(i)).orElseThrow()))
                    .isTrue();
        }
    }

    @Test
    void oneWorkerBehindManyHolesOwnsAll() {
        List<String> slots = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            slots.add("");
        }
        slots.add("last");
        Ring ring = new Ring(1, slots);
        for (int i = 0; i < 100; i++) {
            assertThat(ring.ownerOf(key(i))).contains("last");
        }
    }

    @Test
    void whoReplacesAnotherTakesItsSlot() {
        Ring ring = Ring.parse(4, "a,,c");
        assertThat(ring.joinedBy("d", "c").slots()).isEqualTo("a,,d");
        assertThat(ring.joinedBy("d", "c").others()).containsExactly("a");
        assertThat(ring.joinedBy("d", "gone").slots()).isEqualTo("a,d,c");
        assertThat(ring.joinedBy("d", "gone").version()).isEqualTo(4);
    }

    @Test
    void whoComesBackAfterALossOfStateGetsItsSlotIfThatIsFree() {
        assertThat(Ring.parse(0, "").joinedAt(2, "c").slots()).isEqualTo(",,c");
        assertThat(Ring.parse(1, ",,c").joinedAt(0, "a").slots()).isEqualTo("a,,c");
        assertThat(Ring.parse(2, "a,,c").joinedAt(2, "d").slots()).isEqualTo("a,d,c");
        assertThat(Ring.parse(2, "a").joinedAt(-1, "d").slots()).isEqualTo("a,d");
    }

    @Test
    void holesAtTheEndAreCut() {
        assertThat(Ring.parse(4, "a,,c").leftBy("c").slots()).isEqualTo("a");
        assertThat(Ring.parse(4, "a,,c").leftBy("a").slots()).isEqualTo(",,c");
        assertThat(Ring.parse(4, "a").leftBy("a").slots()).isEmpty();
    }

    @Test
    void itsTextIsReadBack() {
        Ring ring = Ring.parse(7, "a,,c");
        assertThat(ring.slots()).containsExactly("a", "", "c");
        assertThat(ring.workers()).containsExactly("a", "c");
        assertThat(ring.text()).isEqualTo("a,,c");
        assertThat(ring.contains("c")).isTrue();
    }
}
