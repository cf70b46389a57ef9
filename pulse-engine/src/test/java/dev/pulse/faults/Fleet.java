package dev.pulse.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.faults.Step.Did;
import dev.pulse.testing.Node;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.RespException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SequencedSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The members of one load on one stream, in this process and in others, and their common history, with what is done to
 * them. At the end the load comes to rest and its history is checked; one that breaks a promise is kept in
 * {@code target/faults}. For one thread.
 */
public final class Fleet implements AutoCloseable {
    /** Until all is handled once nothing is added any more, whatever was broken. */
    private static final Duration REST = Duration.ofSeconds(60);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Trial trial;
    private final String stream;
    private final String key;
    private final Supplier<String> uri;
    private final Queue<Step> history = new ConcurrentLinkedQueue<>();
    private final List<Member> members = new ArrayList<>();
    private final List<Consumer> consumers = new ArrayList<>();
    private @Nullable AckLog acks;

    /**
     * A fleet without members.
     *
     * @param uri of Redis itself, with no fault on the way
     */
    public Fleet(Trial trial, String uri, String stream) {
        this(trial, () -> uri, stream, "pulse:stream:" + stream);
    }

    /**
     * A fleet without members.
     *
     * @param uri of the Redis that has the stream at that moment
     * @param key of the stream
     */
    Fleet(Trial trial, Supplier<String> uri, String stream, String key) {
        this.trial = trial;
        this.uri = uri;
        this.stream = stream;
        this.key = key;
    }

    /** A process of its own with a consumer, or with one in each of several sinks, and what it has printed so far. */
    public record Consumer(Node node, List<Step> steps) {
        /** Each consumer that it has been. */
        List<Step> ready() {
            return history().stream().filter(step -> step.did() == Did.READY).toList();
        }

        /** Who it is in each sink. */
        Set<String> everyWho() {
            return ready().stream().map(Step::who).collect(Collectors.toSet());
        }

        List<Step> history() {
            List<String> lines = node.history();
            for (String line : lines.subList(steps.size(), lines.size())) {
                steps.add(Step.parse(line));
            }
            return steps;
        }
    }

    /** Somebody in this process, who reaches Redis on this way. */
    public Member member(Pulse.Builder way) {
        Member member = new Member("m" + members.size(), way, stream, history::add);
        members.add(member);
        return member;
    }

    /** From now on the history has each ack that Redis gets; for a Redis that nothing happens to. */
    public void watchAcks() {
        acks = new AckLog(uri.get(), key, history::add);
    }

    /** Starts a process and returns when it handles events. */
    Consumer start(Handling handling) {
        Consumer consumer = start(StreamNode.class);
        consumer.node().tell(handling.toString());
        awaitReady(consumer);
        return consumer;
    }

    /** Starts a process that handles events by itself, with the same arguments and these, and does not wait for it. */
    public Consumer start(Class<?> main, String... more) {
        List<String> arguments = new ArrayList<>(List.of("n" + consumers.size(), uri.get(), stream));
        arguments.addAll(List.of(more));
        Consumer consumer = new Consumer(Node.start(main, arguments.toArray(String[]::new)), new ArrayList<>());
        // closed with all others
        consumers.add(consumer);
        return consumer;
    }

    /** Returns when a process handles events; nothing is to be done to it before. */
    public void awaitReady(Consumer consumer) {
        await().atMost(REST).until(() -> !consumer.node().history().isEmpty());
    }

    /** Ends a process without a word, and notes what it held. */
    public void kill(Consumer consumer) {
        consumer.node().kill();
        note(consumer, Did.KILLED);
        try (RespClient raw = RespClient.connect(uri.get())) {
            for (Step ready : consumer.ready()) {
                for (Object entry : raw.list("XPENDING", key(), ready.sink(), "-", "+", "100000", ready.consumer())) {
                    history.add(Step.now(ready.who(), Did.HELD, "-", (String) ((List<?>) entry).getFirst()));
                }
            }
        }
    }

    void pause(Consumer consumer) {
        note(consumer, Did.PAUSED);
        consumer.node().pause();
    }

    void resume(Consumer consumer) {
        consumer.node().resume();
        note(consumer, Did.RESUMED);
    }

    /** Tells a process to stand still, in words that it knows. */
    public void tellToPause(Consumer consumer, String words) {
        note(consumer, Did.PAUSED);
        consumer.node().tell(words);
    }

    /** Tells it to go on. */
    public void tellToResume(Consumer consumer, String words) {
        consumer.node().tell(words);
        note(consumer, Did.RESUMED);
    }

    /** Tells a process to end in good order, and returns when it has. */
    public void tellToEnd(Consumer consumer, String words) {
        tellToPause(consumer, words);
        await().atMost(REST).until(() -> !consumer.node().isAlive());
        // and all that it printed has been read
        consumer.node().kill();
        note(consumer, Did.RESUMED);
    }

    /** Redis, or the way to it, is not well from now on. */
    void broken() {
        note("redis", Did.BROKEN);
    }

    void healed() {
        note("redis", Did.HEALED);
    }

    /** Redis has forgotten some of what it was told, in this time before now at most. */
    void forgot(Did what, Duration reach) {
        history.add(Step.now("redis", what, Long.toString(reach.toNanos() / 1_000), "-"));
    }

    /** Trims the stream, and notes what went. */
    void trim(int kept) {
        try (RespClient raw = RespClient.connect(uri.get())) {
            raw.call("MULTI");
            raw.call("XRANGE", key(), "-", "+");
            raw.call("XTRIM", key(), "MAXLEN", Integer.toString(kept));
            List<?> all = (List<?>) raw.list("EXEC").getFirst();
            for (Object entry : all.subList(0, Math.max(0, all.size() - kept))) {
                history.add(Step.now("redis", Did.TRIMMED, "-", (String) ((List<?>) entry).getFirst()));
            }
        }
    }

    private void note(String who, Did did) {
        history.add(Step.now(who, did));
    }

    private void note(Consumer consumer, Did did) {
        consumer.everyWho().forEach(who -> note(who, did));
    }

    List<Step> steps() {
        return Stream.concat(history.stream(), consumers.stream().flatMap(consumer -> consumer.history().stream()))
                .toList();
    }

    /** Waits until so many more events are handled. */
    public void awaitMoreHandled(int more) {
        long now = handled();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> handled() >= now + more);
    }

    private long handled() {
        return steps().stream().filter(step -> step.did() == Did.END).count();
    }

    String key() {
        return key;
    }

    /** Adds no more, waits until nothing is left to do, and requires that all promises were kept. */
    public void finish() throws InterruptedException {
        for (Member member : members) {
            member.stopAdding();
        }
        boolean rest = restsWithin(REST);
        if (acks != null) {
            acks.close();
        }
        Map<String, String> retained = new LinkedHashMap<>();
        try (RespClient raw = RespClient.connect(uri.get())) {
            for (Object entry : raw.list("XRANGE", key(), "-", "+")) {
                List<?> parts = (List<?>) entry;
                List<?> fields = (List<?>) parts.get(1);
                retained.put((String) parts.getFirst(), (String) fields.get(fields.indexOf("p") + 1));
            }
        }
        Findings findings = new Checker(steps(), retained).check();
        trial.add(findings);
        if (!rest || !findings.violations().isEmpty()) {
            keepHistory();
        }
        assertThat(findings.violations()).isEmpty();
        assertThat(rest)
                .as("nothing pending, and all of the stream handled and read")
                .isTrue();
    }

    private boolean restsWithin(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (System.nanoTime() < end) {
            if (rests()) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    /** Each event of the stream was handled by each sink and read by each reader, or was told as lost, and is acked. */
    private boolean rests() {
        List<Step> steps = steps();
        Set<String> sinks = steps.stream()
                .filter(step -> step.did() == Did.READY)
                .map(Step::sink)
                .collect(Collectors.toSet());
        try (RespClient raw = RespClient.connect(uri.get())) {
            SequencedSet<String> ids = new LinkedHashSet<>();
            raw.list("XRANGE", key(), "-", "+").forEach(entry -> ids.add((String) ((List<?>) entry).getFirst()));
            return sinks.stream().allMatch(sink -> isDone(raw, sink, ids, steps))
                    && steps.stream()
                            .filter(step -> step.did() == Did.READ)
                            .collect(Collectors.groupingBy(Step::who))
                            .values()
                            .stream()
                            .allMatch(read -> ids.isEmpty()
                                    || ids.getLast().equals(read.getLast().id()));
        } catch (RespException e) {
            // a group that is not there yet, again
            return false;
        }
    }

    private boolean isDone(RespClient raw, String sink, Set<String> ids, List<Step> steps) {
        Set<String> handled = steps.stream()
                .filter(step -> (step.did() == Did.END || step.did() == Did.DEAD)
                        && step.sink().equals(sink))
                .map(Step::id)
                .collect(Collectors.toSet());
        return handled.containsAll(ids)
                && ((Long) raw.list("XPENDING", key(), sink).getFirst()) == 0;
    }

    private void keepHistory() {
        List<String> lines = steps().stream()
                .sorted(Comparator.comparingLong(Step::micros))
                .map(Step::toString)
                .toList();
        try {
            Path folder = Files.createDirectories(Path.of("target", "faults"));
            Files.write(folder.resolve(stream + "-" + trial.seed() + ".history"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        consumers.forEach(consumer -> consumer.node().close());
        members.forEach(Member::close);
        if (acks != null) {
            acks.close();
        }
    }
}
