package dev.pulse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Streams whose events have payloads of several classes. Public, so that Jackson may look into the records. */
@RedisTest(shared = true)
public class CodecsTest {
    public sealed interface UserEvent {}

    public record Created(String userName) implements UserEvent {}

    public record Deleted(int reason) implements UserEvent {}

    private static final Codec<UserEvent> CODEC =
            Codecs.json(Map.of("created", Created.class, "deleted", Deleted.class));

    private final Queue<PulseEvent> events = new ConcurrentLinkedQueue<>();
    private Pulse pulse;
    private EventStream<UserEvent> stream;

    @BeforeEach
    void open(TestRedis server, Prefix prefix) {
        pulse = Pulse.builder().uri(server.uri()).listener(events::add).connect();
        stream = pulse.stream(prefix.name("users"), CODEC);
    }

    @AfterEach
    void close() {
        pulse.close();
    }

    @PulseTest
    void nameSaysWhichClassThePayloadHas() throws InterruptedException {
        stream.add("created", new Created("ann"));
        stream.add("deleted", new Deleted(7));
        assertThat(stream.snapshot()).extracting(Event::payload).containsExactly(new Created("ann"), new Deleted(7));
        assertThat(stream.snapshot())
                .extracting(event -> event.headers().get("content-type"))
                .containsOnly("application/json");
        assertThat(pulse.stream(stream.name(), Codecs.string()).snapshot())
                .extracting(Event::payload)
                .containsExactly("{\"userName\":\"ann\"}", "{\"reason\":7}");
    }

    @PulseTest
    void ownMapperIsUsed() throws InterruptedException {
        Codec<UserEvent> snake = Codecs.json(
                Map.of("created", Created.class),
                JsonMapper.builder()
                        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                        .build());
        pulse.stream(stream.name(), snake).add("created", new Created("ann"));
        assertThat(pulse.stream(stream.name(), Codecs.string())
                        .snapshot()
                        .getFirst()
                        .payload())
                .isEqualTo("{\"user_name\":\"ann\"}");
    }

    @PulseTest
    void unknownNameCannotBeDecodedAndIsReported() throws InterruptedException {
        stream.add("created", new Created("ann"));
        EventId unknown = pulse.stream(stream.name(), Codecs.string()).add("renamed", "{}");
        assertThat(stream.snapshot()).hasSize(1);
        await().until(() -> events.stream()
                .anyMatch(event -> event instanceof PulseEvent.EntryDropped dropped
                        && dropped.eventId().equals(unknown.toString())
                        && dropped.cause().contains("one of [created, deleted], was \"renamed\"")));
    }

    @PulseTest
    void whatNobodyCouldReadIsNotAdded() throws InterruptedException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.add("renamed", new Created("ann")))
                .withMessageContaining("renamed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream.add("created", new Deleted(1)))
                .withMessageContaining(Created.class.getName())
                .withMessageContaining(Deleted.class.getName());
        assertThat(stream.snapshot()).isEmpty();
    }

    @PulseTest
    void namesAreCheckedWhenTheCodecIsMade() {
        assertThatIllegalArgumentException().isThrownBy(() -> Codecs.<UserEvent>json(Map.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> Codecs.<UserEvent>json(Map.of("", Created.class)));
    }
}
