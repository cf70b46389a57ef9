package dev.pulse.faults;

import static dev.pulse.faults.Promise.P16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.PulseException;
import dev.pulse.StreamDestroyedException;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.Event;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import dev.pulse.stream.StartAt;
import dev.pulse.testing.FaultProxy;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Streams that are destroyed under load, again and again, while replies get lost and connections break. */
@RedisTest
class EndedStreamsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    /** What a handle saw of another incarnation than its own. */
    private final Queue<String> strange = new ConcurrentLinkedQueue<>();

    @Drill
    @Attacks(value = P16, by = Fault.F06)
    void nothingOfAnIncarnationIsSeenInAnother(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        String name = prefix.name("s");
        Random random = trial.random();
        int round = 0;
        try (FaultProxy proxy = FaultProxy.to(redis.uri());
                Pulse faulty = Pulse.builder().uri(proxy.uri()).connect();
                Pulse pulse = Pulse.connect(redis.uri())) {
            while (trial.goesOn()) {
                round++;
                List<Thread> writers = new ArrayList<>();
                for (Pulse way : List.of(pulse, faulty, faulty)) {
                    writers.add(use(way.stream(name, Codecs.string()), round));
                }
                trial.pause(Duration.ZERO, Duration.ofMillis(200));
                if (random.nextBoolean()) {
                    proxy.loseReplies(1 + random.nextInt(3));
                } else {
                    proxy.resetAfter(random.nextInt(1_000));
                }
                destroy((random.nextBoolean() ? pulse : faulty).stream(name, Codecs.string()));
                for (Thread writer : writers) {
                    assertThat(writer.join(LONG))
                            .as("the writer is told of the end")
                            .isTrue();
                }
            }
            EventStream<String> next = pulse.stream(name, Codecs.string());
            next.add("e", "next");
            assertThat(next.snapshot()).extracting(Event::payload).containsExactly("next");
            await().atMost(LONG).until(() -> pulse.health().loops().size() <= 1);
        }
        assertThat(strange).isEmpty();
        trial.add(Findings.events(round));
    }

    /** Reads, handles and adds with a handle of its own, until that is told that its incarnation is over. */
    private Thread use(EventStream<String> stream, int round) throws InterruptedException {
        String own = Integer.toString(round);
        while (!follows(stream, own)) {
            Thread.onSpinWait();
        }
        return Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    stream.add("e", own);
                } catch (StreamDestroyedException e) {
                    return;
                } catch (PulseException e) {
                    // the way is faulty
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    private boolean follows(EventStream<String> stream, String own) throws InterruptedException {
        try {
            Reader<String> reader = stream.reader(
                    ReaderOptions.builder().startAt(StartAt.oldest()).build());
            reader.consume(event -> note(event, own));
            Sink<String> sink = stream.sink("k", SinkOptions.defaults());
            sink.consume(event -> note(event, own));
            return true;
        } catch (StreamDestroyedException e) {
            throw e;
        } catch (PulseException e) {
            return false;
        }
    }

    private void note(Event<String> event, String own) {
        if (!event.payload().equals(own)) {
            strange.add(event.payload() + " in " + own);
        }
    }

    /** Until it is known to be over: nobody but this destroys it. */
    private static void destroy(EventStream<String> stream) throws InterruptedException {
        while (true) {
            try {
                stream.destroy();
                return;
            } catch (StreamDestroyedException e) {
                return;
            } catch (PulseException e) {
                // the way is faulty
            }
        }
    }
}
