package dev.pulse.faults;

import static dev.pulse.faults.Promise.P1;
import static dev.pulse.faults.Promise.P11;
import static dev.pulse.faults.Promise.P2;
import static dev.pulse.faults.Promise.P4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseEvent;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Entries of any content, of ours and of others, in one stream. */
@RedisTest
class InputFaultsTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String SEPARATORS = ":=,{}\n\r\0 |\"'*";

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final Queue<String> dead = new ConcurrentLinkedQueue<>();
    private final Queue<String> read = new ConcurrentLinkedQueue<>();
    private final Queue<String> passedOver = new ConcurrentLinkedQueue<>();

    @Drill
    @Attacks(
            value = {P1, P2, P4, P11},
            by = Fault.F15)
    void everyEntryIsAnEventOrADeadLetterAndStopsNothing(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        Random random = trial.random();
        try (Pulse pulse = Pulse.connect(redis.uri());
                RespClient raw = redis.client()) {
            EventStream<byte[]> stream = pulse.stream(prefix.name("s"));
            follow(stream);
            List<String> ids = new ArrayList<>();
            Map<String, NewEvent<byte[]>> ours = new HashMap<>();
            while (trial.goesOn()) {
                if (random.nextBoolean()) {
                    NewEvent<byte[]> event = anyEvent(random);
                    String id = stream.add(event).toString();
                    ours.put(id, event);
                    ids.add(id);
                } else {
                    ids.add(addAnything(raw, "pulse:stream:" + stream.name(), random));
                }
            }
            await().atMost(LONG).until(() -> handled.size() + dead.size() >= ids.size());
            await().atMost(LONG).until(() -> read.size() + passedOver.size() >= ids.size());
            assertThat(handled).containsAll(ours.keySet());
            handled.addAll(dead);
            assertThat(handled).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(passedOver).containsExactlyInAnyOrderElementsOf(dead);
            read.addAll(passedOver);
            assertThat(read).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(stream.deadLetters().count()).isEqualTo(dead.size());
            assertThat(pulse.health().why()).isEmpty();
            for (Event<byte[]> event : stream.snapshot()) {
                NewEvent<byte[]> own = ours.get(event.id().toString());
                if (own != null) {
                    assertSame(event, own);
                }
            }
            trial.add(Findings.events(ids.size()));
        }
    }

    private void follow(EventStream<byte[]> stream) throws InterruptedException {
        SinkOptions sink = SinkOptions.builder()
                .concurrency(4)
                .listener(event -> {
                    if (event instanceof PulseEvent.DeadLettered letter) {
                        dead.add(letter.eventId());
                    }
                })
                .build();
        stream.sink("k", sink).consume(event -> handled.add(event.id().toString()));
        ReaderOptions reader = ReaderOptions.builder()
                .startAt(StartAt.oldest())
                .listener(event -> {
                    if (event instanceof PulseEvent.EntryDropped dropped) {
                        passedOver.add(dropped.eventId());
                    }
                })
                .build();
        stream.reader(reader).consume(event -> read.add(event.id().toString()));
    }

    private static NewEvent<byte[]> anyEvent(Random random) {
        byte[] payload = new byte[random.nextInt(20) == 0 ? random.nextInt(400_000) : random.nextInt(100)];
        random.nextBytes(payload);
        NewEvent<byte[]> event = NewEvent.of(anyText(random, 40), payload);
        if (random.nextBoolean()) {
            event = event.withTopic(anyText(random, 40));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            event = event.withHeader(anyText(random, 20), random.nextBoolean() ? "" : anyText(random, 50));
        }
        return event;
    }

    /** Some characters, of one to four bytes each, NUL and what others take for separators among them. */
    private static String anyText(Random random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i >= 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append(SEPARATORS.charAt(random.nextInt(SEPARATORS.length())));
                case 1 -> text.append((char) ('a' + random.nextInt(26)));
                case 2 -> text.append((char) (0x80 + random.nextInt(0xD000)));
                default -> text.appendCodePoint(0x1F300 + random.nextInt(0x300));
            }
        }
        return text.toString();
    }

    /** Fields that may be those of an event, more than once or not at all, with bytes that may be text. */
    private static String addAnything(RespClient raw, String key, Random random) {
        List<byte[]> command = new ArrayList<>(List.of(utf8("XADD"), utf8(key), utf8("*")));
        String[] names = {"n", "p", "t", "h:", "h:x", "h:content-type", "", "pulse"};
        for (int i = random.nextInt(6); i >= 0; i--) {
            command.add(utf8(names[random.nextInt(names.length)]));
            byte[] value = new byte[random.nextInt(30)];
            random.nextBytes(value);
            command.add(random.nextBoolean() ? value : utf8(anyText(random, 600)));
        }
        return new String((byte[]) raw.call(command.toArray(byte[][]::new)), StandardCharsets.US_ASCII);
    }

    private static void assertSame(Event<byte[]> event, NewEvent<byte[]> added) {
        assertThat(event.name()).isEqualTo(added.name());
        assertThat(event.topic()).isEqualTo(added.topic());
        assertThat(event.headers()).isEqualTo(added.headers());
        assertThat(event.payload()).isEqualTo(added.payload());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
