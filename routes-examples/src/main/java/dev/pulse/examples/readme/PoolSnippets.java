package dev.pulse.examples.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pulse.CloseResult;
import dev.pulse.JobExistsException;
import dev.pulse.JobFailedException;
import dev.pulse.NoWorkerException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.QueueFullException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolClient;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskHandler;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.pool.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be done with a worker pool. */
final class PoolSnippets {
    private PoolSnippets() {}

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static PoolNode working(Pulse pulse, Tracking tracking) throws InterruptedException {
        // snippet: pool
        PoolNode node = pulse.joinPool("parcels"); // in each process that is to work
        Worker worker = node.addService(tracking, WorkerOptions.defaults());

        PoolClient pool = pulse.pool("parcels"); // in any process; a node can do the same
        Dispatch begun = pool.dispatch(JobRequest.of("parcel-7", bytes("to ada"))); // one worker has it from now on
        // end
        System.out.println(worker.id() + " is there, " + begun.key() + " has begun");
        pool.close();
        return node;
    }

    static Outcome dispatchingOnce(PoolClient pool) throws InterruptedException {
        // snippet: id
        JobRequest request = JobRequest.of("parcel-8", bytes("to alan")).withId("order-4711");
        Dispatch begun = pool.dispatch(request);
        Dispatch same =
                pool.dispatch(request); // after an error, a restart, by somebody else: the job is not begun anew

        Optional<Outcome> outcome = pool.outcome("order-4711"); // asked by anyone
        // end
        System.out.println(begun + " " + same);
        return outcome.orElseThrow();
    }

    static String failing(PoolClient pool) throws InterruptedException {
        // snippet: errors
        JobRequest request = JobRequest.of("parcel-9", bytes("to grace"))
                .withId("order-4712")
                .needingWorker() // refused when there is none; else it waits for one
                .withdrawnWhenLate(); // else it begins some time
        try {
            pool.dispatch(request);
            return "begun";
        } catch (JobExistsException | QueueFullException | NoWorkerException e) {
            return "not accepted: " + e.getMessage();
        } catch (JobFailedException e) {
            return "accepted, and the handler threw: " + e.getMessage();
        } catch (OutcomeUnknownException e) {
            return "nobody knows yet: outcome(id) will tell, and it can be dispatched again";
        }
        // end
    }

    static Outcome tasking(Pulse pulse) throws InterruptedException {
        // snippet: tasks
        PoolNode node = pulse.joinPool("labels"); // in each process that is to work
        node.addTasks(task -> TaskResult.done(label(task)), WorkerOptions.defaults());

        PoolClient pool = pulse.pool("labels"); // in any process
        pool.enqueue(JobRequest.of("parcel-7", bytes("to ada"))); // accepted: it is done, whatever becomes of us
        pool.enqueue(JobRequest.of("parcel-8", bytes("to alan"))
                .withDelay(Duration.ofHours(1)) // begins no earlier
                .withAttempts(3)); // those that throw are made again, after 1 s, 2 s …

        Outcome outcome = pool.dispatchAndWait(
                JobRequest.of("parcel-9", bytes("to grace")).withId("label-4711"), Duration.ofSeconds(30));
        if (outcome.state() == Outcome.State.DONE) { // else FAILED, STOPPED, DEAD, LOST or WITHDRAWN, with an error()
            print(outcome.result().orElseThrow());
        }
        // end
        return pool.outcome("label-4711").orElseThrow();
    }

    private static byte[] label(Task task) {
        String text = new String(task.payload(), UTF_8);
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a label needs a text");
        }
        return bytes("[" + text + "]");
    }

    private static void print(byte[] label) {
        System.out.println(new String(label, UTF_8));
    }

    static TaskHandler handling(Map<String, String> addresses, int most) {
        // snippet: results
        return task -> {
            String address = addresses.get(task.key());
            if (address == null) {
                return TaskResult.again(Duration.ofMinutes(1)); // not yet: this was no attempt
            }
            if (address.length() > most) {
                return TaskResult.dead("no label is that wide"); // never: no attempt is left
            }
            return TaskResult.done(bytes(address)); // a throw would be an attempt that failed
        };
        // end
    }

    static int retrying(PoolClient pool) throws InterruptedException {
        // snippet: dead
        List<JobInfo> dead = pool.deadJobs(100); // the last that died first
        for (JobInfo job : dead) {
            System.out.println(job.key() + " had " + job.attempts() + " attempts, and died at "
                    + job.died().orElseThrow() + " of " + job.error().orElse("?"));
            pool.retryJob(job.key()); // with all its attempts; stopJob removes it instead
        }
        // end
        return dead.size();
    }

    static String reaching(PoolClient pool) throws InterruptedException {
        // snippet: reach
        boolean had = pool.stopJob("parcel-8"); // for good, and when it returns nothing of the job runs
        boolean told = pool.notifyJob("parcel-7", bytes("the address has changed")); // to the job, wherever it is
        byte[] answer = pool.send("parcel-7", bytes("where is it?"), Duration.ofSeconds(5)); // to the key's worker
        // end
        return had + " " + told + " " + new String(answer, UTF_8);
    }

    static CloseResult leaving(Worker worker) {
        // snippet: leave
        CloseResult result = worker.close(Duration.ofSeconds(30)); // stops each job, then hands it to another worker
        if (result.how() != CloseResult.How.DRAINED) {
            System.out.println("some jobs did not stop in time: " + result.problems());
        }
        // end
        return result;
    }

    static PoolSettings setting(Pulse pulse) throws InterruptedException {
        // snippet: settings
        PoolClient pool = pulse.pool(
                "parcels",
                PoolOptions.builder()
                        .dispatchTimeout(Duration.ofSeconds(10)) // of this handle
                        .settings(shared -> shared.withLease(Duration.ofSeconds(10))) // of the pool, in all processes
                        .build());
        pool.changeSettings(shared -> shared.withQueueLimit(5_000)); // at any time; taken up within seconds
        // end
        PoolSettings settings = pool.settings();
        pool.close();
        return settings;
    }

    static boolean pausing(PoolClient pool) throws InterruptedException {
        // snippet: pause
        pool.pause(); // what is dispatched waits; what runs goes on, and can be stopped
        boolean paused = pool.figures().paused();
        pool.resume();
        // end
        return paused;
    }

    static PoolFigures listing(PoolClient pool) throws InterruptedException {
        // snippet: list
        for (WorkerInfo worker : pool.workers()) {
            System.out.println(worker.id() + " in " + worker.node() + " has " + worker.jobs() + " jobs");
        }
        for (JobInfo job : pool.jobs()) {
            System.out.println(
                    job.key() + " is " + job.state() + " at " + job.worker() + ", restarted " + job.restarts());
        }
        Optional<JobInfo> job = pool.job("parcel-7");
        Optional<byte[]> payload = pool.payload("parcel-7");
        PoolFigures figures = pool.figures(); // counts only
        // end
        System.out.println(List.of(job, payload));
        return figures;
    }

    static boolean ending(PoolClient pool) throws InterruptedException {
        // snippet: shutdown
        boolean ended =
                pool.shutdown(Duration.ofSeconds(30)); // stops all jobs, in all processes; the name is free then
        // end
        return ended;
    }
}
