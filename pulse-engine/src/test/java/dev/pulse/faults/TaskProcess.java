package dev.pulse.faults;

import dev.pulse.Pulse;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A worker for tasks in a process of its own, for {@link dev.pulse.testing.Node}. Arguments: URI, {@link PoolTerms}, how many
 * tasks run at once. A task does what its payload says: {@code halt} ends the process, {@code wait} lasts until it is
 * interrupted, {@code done} returns at once. It prints {@code JOINED}, and {@code BEGIN}, {@code INTERRUPTED} and
 * {@code DONE} with key and attempt; told {@code leave}, it closes its worker. Ends, in good order, with its standard input.
 */
public final class TaskProcess {
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private TaskProcess() {}

    /** Something that was done. */
    record Line(String did, String key, int attempt) {
        private static Line of(String did, Task task) {
            return new Line(did, task.key(), task.attempt());
        }

        @Override
        public String toString() {
            return did + " " + key + " " + attempt;
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        PoolTerms terms = PoolTerms.parse(args[1]);
        try (Pulse pulse = Pulse.connect(args[0]);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            PoolNode node = pulse.joinPool(
                    terms.pool(), PoolOptions.builder().settings(terms::apply).build());
            Worker worker = node.addTasks(
                    task -> run(task, out),
                    WorkerOptions.builder()
                            .maxJobs(Integer.parseInt(args[2]))
                            .backoff(Duration.ofMillis(10))
                            .build());
            StreamNode.print(out, new Line("JOINED", worker.id(), 0));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                switch (line) {
                    case "leave" -> Thread.startVirtualThread(() -> worker.close(LONGEST));
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }

    private static TaskResult run(Task task, FileOutputStream out) throws InterruptedException {
        StreamNode.print(out, Line.of("BEGIN", task));
        switch (new String(task.payload(), StandardCharsets.UTF_8)) {
            case "halt" -> Runtime.getRuntime().halt(1);
            case "wait" -> {
                try {
                    Thread.sleep(LONGEST);
                } finally {
                    StreamNode.print(out, Line.of("INTERRUPTED", task));
                }
            }
            default -> StreamNode.print(out, Line.of("DONE", task));
        }
        return TaskResult.done();
    }
}
