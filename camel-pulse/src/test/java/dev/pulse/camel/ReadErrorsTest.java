package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.PulseEvent;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadErrorsTest {
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final ReadErrors errors = new ReadErrors(new ExceptionHandler() {
        @Override
        public void handleException(Throwable exception) {
            handleException(null, exception);
        }

        @Override
        public void handleException(@Nullable String message, Throwable exception) {
            told.add(String.valueOf(exception.getMessage()));
        }

        @Override
        public void handleException(@Nullable String message, Exchange exchange, Throwable exception) {
            handleException(message, exception);
        }
    });

    private void awaitTold(String... expected) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(List.copyOf(told)).containsExactly(expected));
    }

    @Test
    void outageIsToldOnceHoweverManyLoopsNoticeIt() {
        errors.onEvent(new PulseEvent.ConnectionLost("read", "gone"));
        errors.onEvent(new PulseEvent.ConnectionLost("upkeep", "gone too"));
        errors.onEvent(new PulseEvent.ConnectionRestored("read"));
        errors.onEvent(new PulseEvent.ConnectionLost("read", "gone again"));
        errors.onEvent(new PulseEvent.ConnectionRestored("read"));
        errors.onEvent(new PulseEvent.ConnectionRestored("upkeep"));
        awaitTold("read: gone");
        errors.onEvent(new PulseEvent.ConnectionLost("upkeep", "the next one"));
        awaitTold("read: gone", "upkeep: the next one");
    }

    @Test
    void endOfAStreamIsToldAndWhatDoesNotKeepFromReadingIsNot() {
        errors.onEvent(new PulseEvent.DeadLettered("orders", "mails", "1-1", "no stock"));
        errors.onEvent(new PulseEvent.StreamDestroyed("orders", 1));
        awaitTold("stream orders was destroyed; nothing more of it is consumed");
    }
}
