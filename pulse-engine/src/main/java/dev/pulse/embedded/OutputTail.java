package dev.pulse.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** The last lines that a server wrote, read by a thread that ends with the server. */
final class OutputTail {
    private static final int LINES = 50;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<String> lines = new ArrayDeque<>();
    private final Thread reader;

    OutputTail(Process process) {
        // a platform thread: reading a pipe would hold a virtual thread's carrier for as long as the server runs
        reader = Thread.ofPlatform()
                .daemon()
                .name("pulse-embedded-redis-output-" + process.pid())
                .start(() -> read(process));
    }

    private void read(Process process) {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(its output cannot be read any more: " + e.getMessage() + ")");
        }
    }

    private void add(String line) {
        lock.lock();
        try {
            if (lines.size() == LINES) {
                lines.removeFirst();
            }
            lines.addLast(line);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the output of a server that has ended is read, at most a second. */
    void awaitEnd() throws InterruptedException {
        reader.join(TimeUnit.SECONDS.toMillis(1));
    }

    String text() {
        lock.lock();
        try {
            return lines.isEmpty() ? "(no output)" : String.join("\n", lines);
        } finally {
            lock.unlock();
        }
    }
}
