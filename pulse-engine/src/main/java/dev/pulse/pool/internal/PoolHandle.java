package dev.pulse.pool.internal;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.pulse.CloseResult;
import dev.pulse.PulseException;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.Planner;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.ServiceHandler;
import dev.pulse.pool.TaskHandler;
import dev.pulse.pool.TickHandler;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.Worker;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.pool.internal.timed.Listening;
import dev.pulse.redis.Command;
import dev.pulse.redis.Redis;
import dev.pulse.task.Closing;
import dev.pulse.task.Deadlines;
import dev.pulse.task.Signals;
import dev.pulse.task.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One handle of a pool as its users see it; each duty is another's. */
final class PoolHandle implements PoolNode, Closing {
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final Pools pools;
    private final String name;
    private final PoolOptions options;
    private final Redis redis;
    private final Signals signals;
    private final PoolLife life;
    private final PoolControl control;
    private final Cleaning cleaning;
    private final NodeWork work;
    private final Set<WorkerHandle> workers = ConcurrentHashMap.newKeySet();

    private final Answers answers;
    private final Stopping stopping;
    private final Dispatching dispatching;
    private final Retrying retrying;
    private final Notifying notifying;
    private final Sending sending;
    private final Outcomes outcomes;
    private final Listing listing;
    private final Overview overview;
    private final Listening listening;

    private volatile @Nullable PoolLoops loops;
    private volatile boolean closed;

    /** Asks Redis nothing yet. */
    PoolHandle(Pools pools, String name, PoolOptions options) {
        this.pools = pools;
        this.name = name;
        this.options = options;
        this.redis = pools.redis();
        this.signals = pools.signals().withOwn(Signals.later(options.listener()));
        PoolScripts scripts = new PoolScripts(name);
        this.life = new PoolLife(redis, name, scripts, this::ringChanged);
        this.control = new PoolControl(redis, life, scripts, this::lookAgain);
        this.cleaning = new Cleaning(redis, scripts);
        this.work = new NodeWork(name, pools.clientName(), redis, signals, this::lookAgain);
        this.answers =
                new Answers(redis, signals, name, UlidCreator.getMonotonicUlid().toString(), life);
        Client client = new Client(name, redis, life, answers, options.dispatchTimeout(), pools.mostBytes());
        this.stopping = new Stopping(client);
        this.dispatching = new Dispatching(client, stopping);
        this.retrying = new Retrying(client);
        this.notifying = new Notifying(client);
        this.sending = new Sending(client);
        this.outcomes = new Outcomes(client);
        this.listing = new Listing(client);
        this.overview = new Overview(client);
        this.listening = new Listening(new TimedSide(client, dispatching, stopping), signals);
    }

    /** Finds the pool, or makes it, and begins to take part in it. */
    void open() throws InterruptedException {
        PoolSettings wished = options.settings().apply(PoolSettings.DEFAULTS);
        life.open(wished);
        control.change(options.settings());
        loops = new PoolLoops(
                name, redis, signals, life, answers, cleaning, work.reports(), workers, this::rank, this::lookAgain);
    }

    private void lookAgain() {
        PoolLoops opened = loops;
        if (opened != null) {
            opened.lookAgain();
        }
    }

    private void workersChanged() {
        PoolLoops opened = loops;
        // once it is closed, beats go on until its workers have gone
        if (opened != null && !closed) {
            opened.workersChanged();
        }
    }

    private void ended(WorkerHandle worker) {
        workers.remove(worker);
        workersChanged();
    }

    private void ringChanged() {
        workers.forEach(WorkerHandle::ringChanged);
    }

    /** A node without workers comes after all that have some. */
    private int rank(Ring ring) {
        return workers.stream()
                .flatMap(worker -> worker.beating().stream())
                .mapToInt(worker -> ring.rankOf(worker.id()))
                .min()
                .orElse(ring.workers().size());
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("pool \"" + name + "\" is closed");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Worker addService(ServiceHandler handler, WorkerOptions workerOptions) throws InterruptedException {
        Objects.requireNonNull(handler, "handler");
        return add(life -> new ServiceSteps(life, handler, workerOptions), workerOptions.maxJobs());
    }

    @Override
    public Worker addTasks(TaskHandler handler, WorkerOptions workerOptions) throws InterruptedException {
        Objects.requireNonNull(handler, "handler");
        return add(life -> new TaskSteps(life, handler, workerOptions), workerOptions.maxJobs());
    }

    private Worker add(Function<WorkerLife, JobSteps> steps, int maxJobs) throws InterruptedException {
        requireOpen();
        Redis call = redis.forOneCall();
        WorkerHandle worker =
                new WorkerHandle(work, life::current, steps, maxJobs, options.handOverTimeout(), this::ended);
        workers.add(worker);
        boolean joined = false;
        try {
            workersChanged();
            PoolIncarnation at = life.current();
            while (!worker.join(call)) {
                at = life.after(at, call);
            }
            requireOpen();
            joined = true;
            return worker;
        } finally {
            if (!joined) {
                worker.close(System.nanoTime());
            }
        }
    }

    @Override
    public Ticker ticker(String tickerName, TickerOptions tickerOptions, TickHandler handler)
            throws InterruptedException {
        requireOpen();
        return listening.ticker(tickerName, tickerOptions, handler);
    }

    @Override
    public Schedule schedule(String scheduleName, Timetable timetable, Planner planner) throws InterruptedException {
        requireOpen();
        return listening.schedule(scheduleName, timetable, planner);
    }

    @Override
    public Dispatch dispatch(JobRequest request) throws InterruptedException {
        return dispatching.dispatch(request);
    }

    @Override
    public String enqueue(JobRequest request) throws InterruptedException {
        return dispatching.enqueue(request);
    }

    @Override
    public Outcome dispatchAndWait(JobRequest request, Duration timeout) throws InterruptedException {
        return dispatching.dispatchAndWait(request, timeout);
    }

    @Override
    public List<JobInfo> deadJobs(int most) throws InterruptedException {
        return listing.dead(most);
    }

    @Override
    public boolean retryJob(String key) throws InterruptedException {
        return retrying.retry(key);
    }

    @Override
    public Optional<Outcome> outcome(String id) throws InterruptedException {
        return outcomes.of(id);
    }

    @Override
    public Outcome withdraw(String key, String id) throws InterruptedException {
        return outcomes.withdraw(key, id);
    }

    @Override
    public boolean stopJob(String key) throws InterruptedException {
        return stopping.stop(key, "", stopDeadline());
    }

    @Override
    public boolean stopJob(Dispatch dispatched) throws InterruptedException {
        return stopping.stop(dispatched.key(), dispatched.id(), stopDeadline());
    }

    private long stopDeadline() {
        return System.nanoTime() + options.dispatchTimeout().toNanos();
    }

    @Override
    public boolean notifyJob(String key, byte[] payload) throws InterruptedException {
        return notifying.send(key, payload);
    }

    @Override
    public byte[] send(String key, byte[] payload, Duration timeout) throws InterruptedException {
        return sending.send(key, payload, timeout);
    }

    @Override
    public Optional<JobInfo> job(String key) throws InterruptedException {
        return listing.job(key);
    }

    @Override
    public Optional<byte[]> payload(String key) throws InterruptedException {
        return listing.payload(key);
    }

    @Override
    public List<JobInfo> jobs() throws InterruptedException {
        return listing.jobs();
    }

    @Override
    public List<WorkerInfo> workers() throws InterruptedException {
        return overview.workers();
    }

    @Override
    public PoolFigures figures() throws InterruptedException {
        return overview.figures();
    }

    @Override
    public PoolSettings settings() throws InterruptedException {
        requireOpen();
        return control.settings();
    }

    @Override
    public PoolSettings changeSettings(UnaryOperator<PoolSettings> change) throws InterruptedException {
        requireOpen();
        return control.change(change);
    }

    @Override
    public void pause() throws InterruptedException {
        requireOpen();
        control.hold(true);
    }

    @Override
    public void resume() throws InterruptedException {
        requireOpen();
        control.hold(false);
    }

    @Override
    public boolean shutdown(Duration longest) throws InterruptedException {
        requireOpen();
        return control.shutDown(longest);
    }

    @Override
    public boolean isCalledFromHandler() {
        return work.keys().isCurrentThread() || listening.isCalledFromHandler();
    }

    @Override
    public void stop() {
        closed = true;
        listening.stop();
        answers.stop();
        workers.forEach(WorkerHandle::stop);
    }

    @Override
    public CloseResult close(Duration drain) {
        long deadline = Deadlines.after(drain);
        stop();
        if (isCalledFromHandler()) {
            Tasks.start("pool " + name + " close", () -> close(deadline));
            return CloseResult.drained();
        }
        return close(deadline);
    }

    @Override
    public void close() {
        close(options.handOverTimeout());
    }

    @Override
    public CloseResult close(long deadline) {
        stop();
        List<Supplier<CloseResult>> closings = new ArrayList<>();
        closings.add(() -> listening.close(deadline));
        List.copyOf(workers).forEach(worker -> closings.add(() -> worker.close(deadline)));
        // beats go on until the workers have gone: their leases are to last as long
        CloseResult result = Closing.sideBySide(closings);
        PoolLoops opened = loops;
        if (opened != null) {
            opened.end(deadline);
        }
        answers.close(deadline);
        forgetReplies();
        pools.forget(this);
        return result;
    }

    /** Nobody is to write to this handle any more; if that cannot be said, its stream ends with its TTL. */
    private void forgetReplies() {
        Optional<PoolIncarnation> last = life.last();
        if (last.isEmpty()) {
            return;
        }
        boolean interrupted = Thread.interrupted();
        try {
            redis.until(System.nanoTime() + LAST_WORDS.toNanos())
                    .call(Command.repeatable("UNLINK").key(last.get().keys().replies(answers.client())));
        } catch (PulseException | IllegalStateException e) {
            // it has a TTL; the Pulse may be closed already
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
