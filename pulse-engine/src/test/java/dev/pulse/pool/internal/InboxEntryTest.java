package dev.pulse.pool.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.pool.internal.InboxEntry.Changed;
import dev.pulse.pool.internal.InboxEntry.Malformed;
import dev.pulse.pool.internal.InboxEntry.Message;
import dev.pulse.pool.internal.InboxEntry.Note;
import dev.pulse.pool.internal.InboxEntry.Start;
import dev.pulse.pool.internal.InboxEntry.Stop;
import dev.pulse.testing.PulseTest;
import java.util.ArrayList;
import java.util.List;

class InboxEntryTest {
    private static final String ID = "17-0";

    private static InboxEntry read(String... fields) {
        List<Object> raw = new ArrayList<>();
        for (String field : fields) {
            raw.add(field.getBytes(UTF_8));
        }
        return InboxEntry.read(List.of(ID.getBytes(UTF_8), raw));
    }

    @PulseTest
    void aStartHasItsJob() {
        InboxEntry entry = read(
                "y",
                "s",
                "k",
                "ключ",
                "t",
                "9007199254740991",
                "p",
                "x",
                "id",
                "d",
                "c",
                "me",
                "mx",
                "3",
                "n",
                "2",
                "a",
                "1");
        assertThat(entry).isInstanceOfSatisfying(Start.class, start -> {
            assertThat(start.id()).isEqualTo(ID);
            assertThat(start.key()).isEqualTo("ключ");
            assertThat(start.token()).isEqualTo(9007199254740991L);
            assertThat(start.payload()).asString().isEqualTo("x");
            assertThat(start.dispatchId()).isEqualTo("d");
            assertThat(start.client()).isEqualTo("me");
            assertThat(start.attemptsAllowed()).isEqualTo(3);
            assertThat(start.starts()).isEqualTo(2);
            assertThat(start.attempts()).isEqualTo(1);
        });
    }

    @PulseTest
    void aFirstStartSaysNothingOfEarlierOnes() {
        assertThat(read("y", "s", "k", "a", "t", "1", "p", "", "id", "d", "c", "", "mx", "1"))
                .isInstanceOfSatisfying(Start.class, start -> {
                    assertThat(start.starts()).isZero();
                    assertThat(start.attempts()).isZero();
                    assertThat(start.client()).isEmpty();
                    assertThat(start.payload()).isEmpty();
                });
    }

    @PulseTest
    void aLargePayloadIsLeftToBeFetched() {
        assertThat(read("y", "s", "k", "a", "t", "1", "l", "70000", "id", "d", "c", "", "mx", "1"))
                .isInstanceOfSatisfying(Start.class, start -> {
                    assertThat(start.payload()).isNull();
                    assertThat(start.payloadBytes()).isEqualTo(70_000);
                });
    }

    @PulseTest
    void theOtherKindsHaveWhatTheyAreAbout() {
        assertThat(read("y", "x", "k", "a", "t", "5", "c", "me", "id", "r")).isEqualTo(new Stop(ID, "a", 5, "me", "r"));
        assertThat(read("y", "r", "v", "12")).isEqualTo(new Changed(ID, 12));
        assertThat(read("y", "n", "k", "a", "t", "5", "p", "x", "c", "me", "id", "r"))
                .isInstanceOfSatisfying(
                        Note.class, note -> assertThat(note.request()).isEqualTo("r"));
        assertThat(read("y", "g", "k", "a", "p", "x", "c", "me", "id", "r"))
                .isInstanceOfSatisfying(
                        Message.class, message -> assertThat(message.client()).isEqualTo("me"));
    }

    @PulseTest
    void nonsenseIsNamedAndNotThrown() {
        assertThat(List.of(
                        read(),
                        read("y", "q"),
                        read("y", "s", "k", "a", "t", "1", "p", "x"),
                        read("y", "s", "k", "a", "t", "soon", "p", "x", "id", "d"),
                        read("y", "s", "t", "1", "p", "x", "id", "d"),
                        read("y", "x", "k", "", "t", "1"),
                        read("y", "n", "k", "a"),
                        read("y", "r", "v")))
                .allSatisfy(entry -> assertThat(entry).isInstanceOfSatisfying(Malformed.class, malformed -> {
                    assertThat(malformed.id()).isEqualTo(ID);
                    assertThat(malformed.cause()).isNotBlank();
                }));
        byte[] noUtf8 = {(byte) 0xc3, 0x28};
        assertThat(InboxEntry.read(List.of(
                        ID.getBytes(UTF_8),
                        List.of("y".getBytes(UTF_8), "x".getBytes(UTF_8), "k".getBytes(UTF_8), noUtf8))))
                .isEqualTo(new Malformed(ID, "its key is no UTF-8"));
    }
}
