package dev.pulse.pool;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A handler of tasks that does what the test says, and writes down what it did: {@code a 1} for the first attempt of a. */
final class TaskHands implements TaskHandler {
    private final Queue<String> history = new ConcurrentLinkedQueue<>();
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Map<String, TaskHandler> deeds = new ConcurrentHashMap<>();
    private volatile TaskHandler otherwise =
            task -> TaskResult.done(("result of " + task.key()).getBytes(StandardCharsets.UTF_8));

    TaskHands on(String key, TaskHandler deed) {
        deeds.put(key, deed);
        return this;
    }

    /** For all keys of which nothing else is said. */
    TaskHands onAny(TaskHandler deed) {
        otherwise = deed;
        return this;
    }

    @Override
    public TaskResult run(Task task) throws Exception {
        tasks.put(task.key(), task);
        running.add(task.key());
        // last: whoever waits for it asks for the others then
        history.add(task.key() + " " + task.attempt());
        try {
            return deeds.getOrDefault(task.key(), otherwise).run(task);
        } finally {
            running.remove(task.key());
        }
    }

    /** What it was told, in that order. */
    List<String> history() {
        return List.copyOf(history);
    }

    /** Those it is at. */
    Set<String> running() {
        return Set.copyOf(running);
    }

    /** The task of a key as it ran last. */
    Task task(String key) {
        return Objects.requireNonNull(tasks.get(key));
    }
}
