package dev.pulse.examples.tasks;

import dev.pulse.Pulse;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.Firing;
import dev.pulse.pool.Job;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Plan;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskResult;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.Codec;
import dev.pulse.stream.Codecs;
import java.time.Duration;
import java.time.ZoneOffset;

/** A studio with the engine alone. */
final class EngineStudio implements Studio {
    private static final Codec<Picture> JSON = Codecs.json(Picture.class);
    private static final int MANY = 100;

    private final Pulse pulse;
    private final Pollers pollers;
    private final Darkroom darkroom;
    private final ReplicatedMap<String> tenants;
    private final PoolNode polling;
    private final PoolNode thumbnails;

    EngineStudio(Pulse pulse, String name, World world) throws InterruptedException {
        this.pulse = pulse;
        pollers = new Pollers(name, world, this::enqueue);
        darkroom = new Darkroom(name, world);
        tenants = pulse.map(TasksExample.TENANTS, Codecs.string());
        polling = pulse.joinPool(TasksExample.POLLERS, TasksExample.options());
        thumbnails = pulse.joinPool(TasksExample.THUMBNAILS, TasksExample.options());

        // each tenant has one poller, in one of the studios
        polling.schedule("tenants", Timetable.every(Duration.ofSeconds(1)), planning -> plan());
        polling.addService(new PollerJobs(), WorkerOptions.defaults());

        // a thrown exception is a failed attempt, and after three of them the task is dead
        thumbnails.addTasks(
                this::develop,
                WorkerOptions.builder()
                        .maxJobs(4)
                        .attempts(3)
                        .backoff(Duration.ofMillis(200))
                        .build());
        thumbnails.ticker("mending", TickerOptions.every(Duration.ofSeconds(4)), firing -> mend());
        thumbnails.ticker("summary", TickerOptions.cron("0/3 * * * * ?", ZoneOffset.UTC), this::tell);
    }

    /** Which jobs are to run; the others that the schedule has started end. */
    private Plan plan() {
        Plan plan = Plan.nothing().stoppingOthers();
        for (String tenant : tenants.keys()) {
            plan = plan.starting(tenant, new byte[0]);
        }
        return plan;
    }

    private final class PollerJobs implements ServiceHandler {
        /** It returns at once; the poller lives on until it is stopped. */
        @Override
        public void start(Job job) {
            pollers.begin(job.key());
        }

        /** It returns when nothing of the poller works any more: then it may begin elsewhere. */
        @Override
        public void stop(Job job) {
            pollers.end(job.key());
        }
    }

    /** With an id, so that however often this is tried, there is one task. */
    private void enqueue(Picture picture) throws Exception {
        thumbnails.enqueue(JobRequest.of(picture.name(), JSON.encode(picture)).withId(picture.name()));
    }

    private TaskResult develop(Task task) throws Exception {
        darkroom.develop(JSON.decode(task.payload()), task.attempt());
        return TaskResult.done();
    }

    private void mend() throws InterruptedException {
        for (JobInfo dead : thumbnails.deadJobs(MANY)) {
            darkroom.learn(dead);
            thumbnails.retryJob(dead.key());
        }
    }

    private void tell(Firing firing) {
        darkroom.summary(firing.due().toEpochMilli(), firing.missed());
    }

    @Override
    public void close() {
        polling.close();
        thumbnails.close();
        tenants.close();
        pulse.close();
    }
}
