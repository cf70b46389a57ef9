package dev.pulse.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** One run of a {@code redis-server}: from its start to its end, with the signals in between. */
final class ServerProcess {
    /** What became of a start. */
    enum Start {
        READY,
        PORT_TAKEN
    }

    private enum Reply {
        NONE,
        LOADING,
        READY
    }

    // the C libraries of the two binaries have different words for it
    private static final Pattern PORT_TAKEN = Pattern.compile("Address (already )?in use");

    private static final long POLL_MILLIS = 5;
    private static final int PROBE_TIMEOUT_MILLIS = 500;
    private static final long KILL_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Process process;
    private final OutputTail output;

    ServerProcess(List<String> command, Path directory) {
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command.get(0), e);
        }
        output = new OutputTail(process);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String lastLines() {
        return output.text();
    }

    /**
     * Waits until it answers on its port; while it says that it loads its files, as long as that takes.
     *
     * @param silence how long it may answer nothing
     * @throws IllegalStateException if it ends before, or is silent for that long and was killed; with its last lines
     */
    Start awaitReady(int port, Duration silence) throws InterruptedException {
        long deadline = System.nanoTime() + silence.toNanos();
        for (Reply reply = ask(port); reply != Reply.READY; reply = ask(port)) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                output.awaitEnd();
                if (PORT_TAKEN.matcher(lastLines()).find()) {
                    return Start.PORT_TAKEN;
                }
                throw new IllegalStateException("redis-server ended with exit code " + process.exitValue()
                        + " before it answered on port " + port + "; its last lines:\n" + lastLines());
            }
            if (reply == Reply.LOADING) {
                deadline = System.nanoTime() + silence.toNanos();
            } else if (System.nanoTime() - deadline > 0) {
                kill();
                throw new IllegalStateException("redis-server did not answer PING on port " + port + " within "
                        + silence.toSeconds() + " s and was killed; its last lines:\n" + lastLines());
            }
        }
        return Start.READY;
    }

    /** What this process answers there, and not another Redis that took the port meanwhile. */
    private Reply ask(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PROBE_TIMEOUT_MILLIS);
            socket.setSoTimeout(PROBE_TIMEOUT_MILLIS);
            socket.getOutputStream().write("PING\r\nINFO server\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (reply.startsWith("-NOAUTH")) {
                // with a password among its arguments it does not say who it is, but it is ready
                return isAlive() ? Reply.READY : Reply.NONE;
            }
            if (!reply.contains("process_id:" + pid() + "\r\n")) {
                return Reply.NONE;
            }
            return reply.startsWith("+PONG") ? Reply.READY : reply.startsWith("-LOADING") ? Reply.LOADING : Reply.NONE;
        } catch (IOException e) {
            return Reply.NONE;
        }
    }

    /** Asks it to end by SIGTERM, and waits; false if it still runs after the limit. */
    boolean terminate(Duration limit) throws InterruptedException {
        process.destroy();
        return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Ends it by SIGKILL, with what it forked to write a snapshot, and waits whatever interrupts, at most 5 s. */
    void kill() {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> children = process.children().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        boolean interrupted = false;
        long deadline = System.nanoTime() + KILL_LIMIT_NANOS;
        for (long left = KILL_LIMIT_NANOS; left > 0; left = deadline - System.nanoTime()) {
            try {
                if (process.waitFor(left, TimeUnit.NANOSECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends a signal, {@code STOP} or {@code CONT}, by the shell's own {@code kill}: small systems have no other. */
    void signal(String name) throws InterruptedException {
        String command = "kill -" + name + " " + pid();
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", command)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        }
    }
}
