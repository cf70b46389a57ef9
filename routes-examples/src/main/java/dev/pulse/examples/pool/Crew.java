package dev.pulse.examples.pool;

import static dev.pulse.examples.Console.say;

import dev.pulse.examples.SecondProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The worker processes: two, and others in place of those that end. For one thread. */
final class Crew implements AutoCloseable {
    private static final int SIZE = 2;
    private static final Duration WIND_UP = Duration.ofSeconds(10);

    private final String example;
    private final String redisUri;
    private final List<Process> workers = new ArrayList<>();
    private long lastEnd = System.nanoTime();
    private int ended;

    Crew(String example, String redisUri) {
        this.example = example;
        this.redisUri = redisUri;
    }

    /** Has as many processes as there are to be. */
    void fill() throws IOException {
        while (workers.size() < SIZE) {
            ProcessBuilder java = new ProcessBuilder(SecondProcess.command(example)).inheritIO();
            java.environment().put("PULSE_REDIS_URI", redisUri);
            Process worker = java.start();
            workers.add(worker);
            say("      worker %d is started. To kill it: kill -9 %d", worker.pid(), worker.pid());
        }
    }

    /**
     * Says which have ended since the last look.
     *
     * @param alone for how long the rest then goes on without another
     */
    void look(Duration alone) throws IOException {
        for (Process worker : List.copyOf(workers)) {
            if (!worker.isAlive()) {
                say("      worker %d is gone, with exit code %d", worker.pid(), worker.exitValue());
                workers.remove(worker);
                lastEnd = System.nanoTime();
                ended++;
            }
        }
        if (System.nanoTime() - lastEnd >= alone.toNanos()) {
            fill();
        }
    }

    /** Kills one, as {@code kill -9} would, unless one has ended already. */
    void killOneUnlessSomeEnded() {
        if (ended == 0 && workers.stream().allMatch(Process::isAlive)) {
            Process worker = workers.getFirst();
            say("      worker %d is killed", worker.pid());
            worker.destroyForcibly();
        }
    }

    /** The process ids of those that are there, the oldest first. */
    List<Long> pids() {
        return workers.stream().map(Process::pid).toList();
    }

    int endedCount() {
        return ended;
    }

    /** Has them leave the pool and end. */
    @Override
    public void close() throws InterruptedException {
        workers.forEach(Process::destroy);
        long deadline = System.nanoTime() + WIND_UP.toNanos();
        for (Process worker : workers) {
            if (!worker.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                worker.destroyForcibly().waitFor();
            }
        }
    }
}
