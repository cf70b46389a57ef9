package dev.pulse.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.testing.PulseTest;

class SeenRequestsTest {
    private final SeenRequests seen = new SeenRequests();

    @PulseTest
    void aRequestIsNewOnceForEachClient() {
        assertThat(seen.add("one", "1")).isTrue();
        assertThat(seen.add("one", "1")).isFalse();
        assertThat(seen.add("two", "1")).isTrue();
        seen.forget("one", "1");
        seen.forget("three", "1");
        assertThat(seen.add("one", "1")).isTrue();
    }

    @PulseTest
    void whatNamesNoRequestIsAlwaysNew() {
        assertThat(seen.add("one", "")).isTrue();
        assertThat(seen.add("one", "")).isTrue();
    }

    @PulseTest
    void thoseThatCameLongAgoAreForgotten() {
        for (int i = 0; i <= 10_000; i++) {
            assertThat(seen.add("busy", "" + i)).isTrue();
        }
        assertThat(seen.add("busy", "10000")).isFalse();
        assertThat(seen.add("busy", "0")).isTrue();
        for (int i = 0; i < 100; i++) {
            seen.add("client " + i, "1");
        }
        assertThat(seen.add("busy", "10000")).isTrue();
    }
}
