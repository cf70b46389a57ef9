package dev.pulse.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.pulse.Pulse;
import dev.pulse.faults.JobStep.Did;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolInvariants;
import dev.pulse.pool.PoolSnapshot;
import dev.pulse.pool.internal.Owners;
import dev.pulse.testing.Node;
import dev.pulse.testing.RespClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The members of one pool, in this process and in others, and their common history, with what is done to them. At the end
 * the pool comes to rest, and its history and what Redis has of it are checked; a history that breaks a promise is kept in
 * {@code target/faults}. For one thread.
 */
final class PoolFleet implements AutoCloseable {
    /** Until all is done once nothing is dispatched any more, whatever was broken. */
    private static final Duration REST = Duration.ofSeconds(60);

    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** How many outcomes are asked for at the end. */
    private static final int OUTCOMES = 200;

    private final Trial trial;
    private final PoolTerms terms;
    private final Supplier<String> uri;
    private final Queue<JobStep> history = new ConcurrentLinkedQueue<>();
    private final List<PoolMember> members = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    /**
     * A fleet without members.
     *
     * @param uri of the Redis that has the pool at that moment, with no fault on the way
     */
    PoolFleet(Trial trial, Supplier<String> uri, PoolTerms terms) {
        this.trial = trial;
        this.uri = uri;
        this.terms = terms;
    }

    /** A member in a process of its own, and what it has printed so far. */
    record Process(Node node, String who, List<JobStep> steps) {
        List<JobStep> history() {
            List<String> lines = node.history();
            for (String line : lines.subList(steps.size(), lines.size())) {
                steps.add(JobStep.parse(line));
            }
            return steps;
        }

        /** Does as {@link PoolProcess} is told. */
        void tell(String line) {
            node.tell(line);
        }

        private long times(Did did) {
            return history().stream().filter(step -> step.did() == did).count();
        }
    }

    /** Somebody in this process, who reaches Redis on this way. */
    PoolMember member(Pulse.Builder way) throws InterruptedException {
        PoolMember member = new PoolMember("m" + members.size(), way, terms, history::add);
        members.add(member);
        return member;
    }

    /** Starts a process that does nothing yet. */
    Process process() {
        String who = "n" + processes.size();
        Process process =
                new Process(Node.start(PoolProcess.class, who, uri.get(), terms.toString()), who, new ArrayList<>());
        processes.add(process);
        return process;
    }

    /** Returns when it can be told something. */
    void awaitOpen(Process process) {
        awaitTold(process, Did.OPENED, 1);
    }

    /** Starts so many processes, and returns when each is a worker. */
    List<Process> workers(int count) {
        List<Process> started = Stream.generate(this::process).limit(count).toList();
        started.forEach(process -> process.tell("join"));
        started.forEach(process -> awaitTold(process, Did.JOINED, 1));
        return started;
    }

    /** Has it join, or leave, once more, and returns when it has. */
    void join(Process process) {
        long before = process.times(Did.JOINED);
        process.tell("join");
        awaitTold(process, Did.JOINED, before + 1);
    }

    void leave(Process process) {
        long before = process.times(Did.LEFT);
        process.tell("leave");
        awaitTold(process, Did.LEFT, before + 1);
    }

    private static void awaitTold(Process process, Did did, long times) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> process.times(did) >= times);
    }

    /** Ends a process without a word. */
    void kill(Process process) {
        process.node().kill();
        note(process.who(), Did.KILLED);
    }

    void pause(Process process) {
        note(process.who(), Did.PAUSED);
        process.node().pause();
    }

    void resume(Process process) {
        process.node().resume();
        note(process.who(), Did.RESUMED);
    }

    /** Redis, or the way to it, is not well from now on. */
    void broken() {
        note("redis", Did.BROKEN);
    }

    void healed() {
        note("redis", Did.HEALED);
    }

    /** Redis has forgotten some of what it was told, in this time before now at most. */
    void forgot(Duration reach) {
        history.add(JobStep.now(
                "redis", Did.FORGOT, JobStep.NOTHING, JobStep.NOTHING, 0, Long.toString(reach.toNanos() / 1_000)));
    }

    private void note(String who, Did did) {
        history.add(JobStep.now(who, did));
    }

    List<JobStep> steps() {
        return Stream.concat(history.stream(), processes.stream().flatMap(process -> process.history().stream()))
                .toList();
    }

    /** Waits until so many more jobs have been accepted. */
    void awaitMoreAccepted(int more) {
        long now = accepted();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).until(() -> accepted() >= now + more);
    }

    private long accepted() {
        return steps().stream().filter(step -> step.did() == Did.ACCEPTED).count();
    }

    /** What runs at this moment. */
    List<JobRun> running() {
        List<JobStep> sorted = steps().stream()
                .sorted(Comparator.comparingLong(JobStep::micros))
                .toList();
        return JobRun.in(sorted).stream().filter(JobRun::isOpen).toList();
    }

    /** Dispatches no more, waits until nothing is left to do, and requires that all promises were kept. */
    void finish() throws InterruptedException {
        rest();
        Look last = restWithin(REST);
        Findings findings = last.checker().check();
        trial.add(findings);
        List<String> broken = new ArrayList<>(findings.violations());
        try (RespClient raw = RespClient.connect(uri.get())) {
            new PoolInvariants(raw, PoolRecord.keys(raw, terms.pool())).check();
        } catch (AssertionError e) {
            broken.add(String.valueOf(e.getMessage()));
        }
        outcomes(broken);
        if (!last.rests() || !broken.isEmpty()) {
            keepHistory();
        }
        assertThat(broken).isEmpty();
        assertThat(last.rests())
                .as("all that is in Redis runs, and nothing else")
                .isTrue();
    }

    private void rest() throws InterruptedException {
        List<Process> loaded = processes.stream()
                .filter(process -> process.node().isAlive() && process.times(Did.DISPATCHING) > 0)
                .toList();
        loaded.forEach(process -> process.tell("rest"));
        for (PoolMember member : members) {
            member.rest();
        }
        loaded.forEach(process -> awaitTold(process, Did.RESTED, 1));
    }

    /** The pool at one moment, and whether nothing is left to do then. */
    private record Look(PoolChecker checker, boolean rests) {}

    /** The first look at rest, or the last one. */
    private Look restWithin(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            Look look = look();
            if (look.rests() || System.nanoTime() - end > 0) {
                return look;
            }
            Thread.sleep(50);
        }
    }

    /** It rests when nobody is being swept, no inbox has anything, and what Redis has runs where it belongs, and nothing else. */
    private Look look() {
        try (RespClient raw = RespClient.connect(uri.get())) {
            PoolSnapshot pool = PoolSnapshot.of(raw, PoolRecord.keys(raw, terms.pool()));
            Map<String, PoolRecord> records = PoolRecord.all(pool);
            String slots = pool.hash("m").getOrDefault("ring", "");
            PoolChecker checker = new PoolChecker(steps(), terms.lease(), records);
            boolean rests = pool.get("gone") == null
                    && pool.names("in:").stream()
                            .allMatch(worker -> pool.entries("in:" + worker).isEmpty())
                    && records.entrySet().stream()
                            .allMatch(record -> Owners.ownerOf(slots, record.getKey())
                                    .filter(record.getValue().worker()::equals)
                                    .isPresent())
                    && checker.rests();
            return new Look(checker, rests);
        }
    }

    /** Waits until everything runs where it belongs, while nobody dispatches or stops anything. */
    void awaitRest() throws InterruptedException {
        assertThat(restWithin(LIMIT).rests()).as("all runs where it belongs").isTrue();
    }

    /** How often a job was begun so far. */
    long begun() {
        return steps().stream().filter(step -> step.did() == Did.BEGIN).count();
    }

    /** P17: anybody can read what became of a job that was dispatched with an id. */
    private void outcomes(List<String> broken) throws InterruptedException {
        List<JobStep> steps = steps().stream()
                .sorted(Comparator.comparingLong(JobStep::micros))
                .toList();
        if (new PoolTroubles(steps).haveForgetting()) {
            return;
        }
        long begun = steps.stream()
                .filter(step -> step.did() == Did.SHUT_DOWN)
                .mapToLong(JobStep::micros)
                .max()
                .orElse(0);
        List<JobFate> asked = JobFate.in(steps).values().stream()
                .filter(fate -> fate.isOnce() && fate.dispatch().micros() > begun)
                .toList()
                .reversed()
                .stream()
                .limit(OUTCOMES)
                .toList();
        Violations violations = new Violations();
        List<String> wrong = new ArrayList<>();
        try (Pulse pulse = Pulse.connect(uri.get());
                PoolClient client = pulse.pool(terms.pool())) {
            for (JobFate fate : asked) {
                String told = client.outcome(fate.job())
                        .map(Outcome::state)
                        .map(Outcome.State::name)
                        .orElse("unknown");
                if (!fate.outcome().contains(told)) {
                    wrong.add(fate.job() + " is told as " + told + ", was " + fate.outcome());
                }
            }
        }
        violations.add("P17 outcome", wrong);
        broken.addAll(violations.all());
    }

    private void keepHistory() {
        List<String> lines = steps().stream()
                .sorted(Comparator.comparingLong(JobStep::micros))
                .map(JobStep::toString)
                .toList();
        try {
            Path folder = Files.createDirectories(Path.of("target", "faults"));
            Files.write(folder.resolve(terms.pool() + "-" + trial.seed() + ".history"), lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(process -> process.node().close());
        members.forEach(PoolMember::close);
    }
}
