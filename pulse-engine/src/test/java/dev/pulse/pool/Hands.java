package dev.pulse.pool;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A handler that does what the test says, and writes down what it was told: {@code start a}, {@code stop a}. */
final class Hands implements ServiceHandler {
    private static final Deed NOTHING = job -> {};

    private final Queue<String> history = new ConcurrentLinkedQueue<>();
    private final Map<String, Job> jobs = new ConcurrentHashMap<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Map<String, Deed> starts = new ConcurrentHashMap<>();
    private final Map<String, Deed> stops = new ConcurrentHashMap<>();
    private volatile Deed anyStop = NOTHING;
    private final Map<String, Deed> notes = new ConcurrentHashMap<>();

    /** What it does with a job. */
    interface Deed {
        void to(Job job) throws Exception;
    }

    Hands onStart(String key, Deed deed) {
        starts.put(key, deed);
        return this;
    }

    Hands onStop(String key, Deed deed) {
        stops.put(key, deed);
        return this;
    }

    Hands onAnyStop(Deed deed) {
        anyStop = deed;
        return this;
    }

    Hands onNote(String key, Deed deed) {
        notes.put(key, deed);
        return this;
    }

    @Override
    public void start(Job job) throws Exception {
        jobs.put(job.key(), job);
        // last: whoever waits for it asks for the job then
        history.add("start " + job.key());
        starts.getOrDefault(job.key(), NOTHING).to(job);
        running.add(job.key());
    }

    @Override
    public void stop(Job job) throws Exception {
        history.add("stop " + job.key());
        running.remove(job.key());
        anyStop.to(job);
        stops.getOrDefault(job.key(), NOTHING).to(job);
    }

    @Override
    public void notified(Job job, byte[] payload) throws Exception {
        notes.getOrDefault(job.key(), NOTHING).to(job);
        history.add("note " + job.key() + " " + new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public byte[] message(String key, byte[] payload) throws Exception {
        String text = new String(payload, StandardCharsets.UTF_8);
        history.add("message " + key + " " + text);
        if (text.equals("throw")) {
            throw new IllegalStateException("no");
        }
        return ("answer to " + text).getBytes(StandardCharsets.UTF_8);
    }

    /** What it was told, in that order. */
    List<String> history() {
        return List.copyOf(history);
    }

    /** The keys whose start has returned, and whose stop was not called. */
    Set<String> running() {
        return Set.copyOf(running);
    }

    /** The job of a key as it was started last. */
    Job job(String key) {
        return Objects.requireNonNull(jobs.get(key));
    }
}
