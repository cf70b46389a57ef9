package dev.pulse.camel.pool;

import dev.pulse.camel.EventExpressions;
import dev.pulse.camel.Ranges;
import dev.pulse.pool.PoolOptions;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a producer: what it does, with which job, and how long it waits. */
@UriParams
public class DispatchingConfiguration {
    private static final Duration LONGEST_DELAY = Duration.ofDays(365);

    @UriParam(
            label = "producer",
            defaultValue = "dispatch",
            enums =
                    "dispatch,enqueue,stop,notify,send,outcome,withdraw,job,payload,jobs,deadJobs,retry,workers,figures,"
                            + "settings,changeSettings,pause,resume,shutdown",
            description =
                    "What to do: dispatch (have a job started with the body as its payload; a task whose answer is asked for, done),"
                            + " enqueue (the same, without waiting for it), stop (end a job for good), notify (send"
                            + " the body to a job that is started), send (send the body to a key, without a job, and wait for the"
                            + " answer), outcome (of a dispatch), withdraw (a dispatch that may not have been accepted), job and"
                            + " payload (of a key), jobs, deadJobs, workers, figures and settings (of the pool), retry (have a job tried"
                            + " anew that is dead), changeSettings (to what the options say that are for the whole pool),"
                            + " pause (hand out nothing), resume, shutdown (stop all jobs on all nodes, and end the pool)")
    private PoolOperation operation = PoolOperation.DISPATCH;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description = "The key of the job, in the simple language, such as ${header.user}, or a reference to an"
                    + " expression, 1 to 512 characters. Default the header CamelPulseKey")
    private @Nullable Object key;

    @UriParam(
            label = "producer",
            javaType = "java.lang.Object",
            description =
                    "The dispatch id, in the simple language, or a reference to an expression, 1 to 512 characters: however often"
                            + " it is dispatched, it starts one job at most, and its outcome can be asked for. With stop, only the"
                            + " job of that id is stopped. Default the header CamelPulseDispatchId, else, for outcome, the body")
    private @Nullable Object dispatchId;

    @UriParam(
            label = "producer",
            javaType = "java.time.Duration",
            description =
                    "How long a job that is dispatched or enqueued waits before it begins, 0 to 365d; who dispatches one that"
                            + " has a delay does not wait for its start. The header CamelPulseDelay goes before it. Default not at all")
    private long delay;

    @UriParam(
            label = "producer",
            defaultValue = "100",
            description = "How many jobs deadJobs lists at most, the last that died first, 1 to 1000")
    private int limit = 100;

    @UriParam(
            label = "producer",
            defaultValue = "false",
            description =
                    "Whether dispatch fails when the pool has no worker that takes the job now, rather than have it wait for one")
    private boolean workerNeeded;

    @UriParam(
            label = "producer",
            defaultValue = "false",
            description =
                    "Whether a job that has not begun within dispatchTimeout is withdrawn, rather than left to begin later")
    private boolean withdrawnWhenLate;

    @UriParam(
            label = "producer",
            defaultValue = "40s",
            javaType = "java.time.Duration",
            description =
                    "How long dispatch waits for the start of the job, or for the end of a task, stop for its end, send for the answer"
                            + " and shutdown for the end of the pool, 10ms to 1h")
    private long dispatchTimeout = PoolOptions.defaults().dispatchTimeout().toMillis();

    @UriParam(
            label = "producer",
            description =
                    "The header for the answer; the body stays as it is then. Without it the answer is the body, but for dispatch, enqueue,"
                            + " stop, retry, notify, changeSettings, pause, resume and shutdown of an exchange that is InOnly, which"
                            + " leave the body as it is")
    private @Nullable String resultHeader;

    @UriParam(
            label = "producer,advanced",
            defaultValue = "true",
            description =
                    "Whether what is dispatched, notified and sent carries the trace that the message belongs to, its headers"
                            + " traceparent and tracestate, in front of the payload, where a worker that is a Camel consumer"
                            + " takes them off again. Not for a dispatch with an id, whose payload has to be the same each time."
                            + " Say false where workers are none of Camel's and messages have such headers")
    private boolean traceCarried = true;

    /** Refuses values that are out of their range, and expressions that are none. */
    void check(CamelContext context) {
        PoolOptions.builder().dispatchTimeout(engineTimeout()).build();
        Ranges.require("delay", delay, Duration.ZERO, LONGEST_DELAY);
        Ranges.require("limit", limit, 1, 1_000);
        keyExpression(context);
        idExpression(context);
    }

    Duration engineTimeout() {
        return Duration.ofMillis(dispatchTimeout);
    }

    Duration engineDelay() {
        return Duration.ofMillis(delay);
    }

    Optional<Expression> keyExpression(CamelContext context) {
        return expression(context, "key", key);
    }

    Optional<Expression> idExpression(CamelContext context) {
        return expression(context, "dispatchId", dispatchId);
    }

    private static Optional<Expression> expression(CamelContext context, String option, @Nullable Object given) {
        return Optional.ofNullable(given).map(each -> EventExpressions.expression(context, option, each));
    }

    public PoolOperation getOperation() {
        return operation;
    }

    public void setOperation(PoolOperation operation) {
        this.operation = operation;
    }

    public @Nullable Object getKey() {
        return key;
    }

    public void setKey(@Nullable Object key) {
        this.key = key;
    }

    public @Nullable Object getDispatchId() {
        return dispatchId;
    }

    public void setDispatchId(@Nullable Object dispatchId) {
        this.dispatchId = dispatchId;
    }

    public long getDelay() {
        return delay;
    }

    public void setDelay(long delay) {
        this.delay = delay;
    }

    public int getLimit() {
        return limit;
    }

    public void setLimit(int limit) {
        this.limit = limit;
    }

    public boolean isWorkerNeeded() {
        return workerNeeded;
    }

    public void setWorkerNeeded(boolean workerNeeded) {
        this.workerNeeded = workerNeeded;
    }

    public boolean isWithdrawnWhenLate() {
        return withdrawnWhenLate;
    }

    public void setWithdrawnWhenLate(boolean withdrawnWhenLate) {
        this.withdrawnWhenLate = withdrawnWhenLate;
    }

    public long getDispatchTimeout() {
        return dispatchTimeout;
    }

    public void setDispatchTimeout(long dispatchTimeout) {
        this.dispatchTimeout = dispatchTimeout;
    }

    public boolean isTraceCarried() {
        return traceCarried;
    }

    public void setTraceCarried(boolean traceCarried) {
        this.traceCarried = traceCarried;
    }

    public @Nullable String getResultHeader() {
        return resultHeader;
    }

    public void setResultHeader(@Nullable String resultHeader) {
        this.resultHeader = resultHeader;
    }
}
