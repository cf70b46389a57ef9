package dev.pulse.map.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final byte[] MEGABYTE = new byte[1024 * 1024];

    private final Inbox inbox = new Inbox();

    @Test
    void whatComesIsTakenInItsOrder() throws InterruptedException {
        inbox.await(Duration.ZERO);
        assertThat(inbox.next()).isNull();
        byte[] message = {1};
        inbox.published(message);
        inbox.sign(Inbox.Sign.SUBSCRIBED);
        inbox.await(Duration.ofMinutes(1));
        assertThat(inbox.isEmpty()).isFalse();
        assertThat(inbox.next()).isEqualTo(new Inbox.Published(message));
        assertThat(inbox.next()).isEqualTo(Inbox.Sign.SUBSCRIBED);
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.takeOverflow()).isFalse();
    }

    @Test
    void aReplicaThatLagsFarBehindKeepsABoundOfMessagesAndKnowsThatOthersAreGone() {
        for (int i = 0; i < 100; i++) {
            inbox.published(MEGABYTE);
        }
        inbox.sign(Inbox.Sign.DOUBT);
        assertThat(inbox.takeOverflow()).isTrue();
        assertThat(inbox.takeOverflow()).isFalse();
        int kept = 0;
        while (inbox.next() instanceof Inbox.Published) {
            kept++;
        }
        assertThat(kept).isBetween(60, 64);
        // there is room again
        inbox.published(MEGABYTE);
        assertThat(inbox.takeOverflow()).isFalse();
    }
}
