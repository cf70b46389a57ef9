package dev.pulse.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A JVM of its own with little heap, that runs a main class of the tests: it is told what to do line by line over its
 * standard input and prints its history line by line; it can be killed and paused at will. What it logs, and its
 * standard error, is in a file of its own, {@code target/nodes/<main class>-<number>.log}.
 */
public final class Node implements AutoCloseable {
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Process process;
    private final Writer in;
    private final Queue<String> history = new ConcurrentLinkedQueue<>();
    private final Thread reader;

    private Node(Process process) {
        this.process = process;
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.reader = Thread.ofVirtual().name("node-" + process.pid()).start(this::read);
    }

    /** Starts the main class with these arguments. */
    public static Node start(Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                // the file that the tests' own settings name is that of this JVM
                "-Dorg.slf4j.simpleLogger.logFile=System.err",
                "-cp",
                classPath(),
                main.getName()));
        command.addAll(List.of(args));
        try {
            Path folder = Files.createDirectories(Path.of("target", "nodes"));
            File log = folder.resolve(main.getSimpleName() + "-" + STARTED.incrementAndGet() + ".log")
                    .toFile();
            return new Node(new ProcessBuilder(command).redirectError(log).start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a JVM", e);
        }
    }

    /** Modules and class path in one: the child needs no module graph. */
    private static String classPath() {
        List<String> parts = new ArrayList<>();
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            String value = System.getProperty(property, "");
            if (!value.isEmpty()) {
                parts.add(value);
            }
        }
        // where tests are patched into the module, their classes are on neither path
        parts.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        return String.join(File.pathSeparator, parts);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                history.add(line);
            }
        } catch (IOException e) {
            // killed: what it printed before counts
        }
    }

    /** Tells it one line. */
    public void tell(String line) {
        try {
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the node is gone", e);
        }
    }

    /** What it has printed so far. */
    public List<String> history() {
        return List.copyOf(history);
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it without a word, as {@code kill -9} does, and waits until all it printed has been read. */
    public void kill() {
        // not the process' own method: that closes its output, with what was printed and not read yet
        process.toHandle().destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS) || !reader.join(java.time.Duration.ofSeconds(10))) {
                throw new IllegalStateException("node " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it where it stands, until {@link #resume()}. */
    public void pause() {
        signal("STOP");
    }

    /** Lets it go on. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + name + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
