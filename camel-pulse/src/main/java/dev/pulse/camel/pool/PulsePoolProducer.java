package dev.pulse.camel.pool;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.Pulse;
import dev.pulse.camel.Lease;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.PulseProducer;
import dev.pulse.camel.Times;
import dev.pulse.pool.Dispatch;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Outcome;
import dev.pulse.pool.PoolNode;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Does what the endpoint, or the message, says with the pool. */
class PulsePoolProducer extends PulseProducer {
    private static final String[] FOR_THIS_ENDPOINT = {
        PulseConstants.OPERATION, PulseConstants.KEY, PulseConstants.DISPATCH_ID, PulseConstants.DELAY
    };

    private final PulsePoolEndpoint endpoint;
    private final DispatchingConfiguration options;
    private final TaskConfiguration tasks;
    private final JobPayloads payloads;
    private final Optional<Expression> keyOption;
    private final Optional<Expression> idOption;
    private volatile @Nullable Lease<PoolNode> opened;

    PulsePoolProducer(PulsePoolEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.options = endpoint.getDispatching();
        this.tasks = endpoint.getTasks();
        this.payloads = endpoint.payloads();
        this.keyOption = options.keyExpression(endpoint.getCamelContext());
        this.idOption = options.idExpression(endpoint.getCamelContext());
    }

    @Override
    protected void open(Pulse pulse) throws InterruptedException {
        opened = endpoint.acquirePool(event -> {});
    }

    private PoolNode pool() {
        Lease<PoolNode> lease = opened;
        if (lease == null) {
            throw stopped();
        }
        return lease.get();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        long begun = System.nanoTime();
        try {
            ask(exchange);
        } catch (OutcomeUnknownException e) {
            if (exchange.getPattern().isOutCapable()
                    && System.nanoTime() - begun >= options.engineTimeout().toNanos()) {
                throw timedOut(exchange, e);
            }
            throw e;
        }
    }

    private void ask(Exchange exchange) throws Exception {
        PoolNode pool = pool();
        Message message = exchange.getMessage();
        PoolOperation operation =
                message.getHeader(PulseConstants.OPERATION, options.getOperation(), PoolOperation.class);
        switch (operation) {
            case DISPATCH -> dispatch(exchange, pool);
            case ENQUEUE -> enqueued(exchange, pool.enqueue(request(exchange)));
            case STOP -> found(exchange, stop(exchange, pool));
            case NOTIFY -> found(exchange, pool.notifyJob(key(exchange), payload(exchange)));
            case SEND -> {
                String key = key(exchange);
                byte[] answer = pool.send(key, payload(exchange), options.engineTimeout());
                answer(exchange, payloads.decode("answer of " + key, answer));
            }
            case OUTCOME -> outcome(exchange, pool.outcome(idOrBody(exchange)).orElse(null));
            case WITHDRAW -> outcome(exchange, pool.withdraw(key(exchange), mandatoryId(exchange)));
            case JOB -> answer(exchange, pool.job(key(exchange)).orElse(null));
            case PAYLOAD -> {
                String key = key(exchange);
                answer(
                        exchange,
                        pool.payload(key)
                                .map(payload -> payloads.decode(
                                        "job " + key, JobEnvelope.of(payload).payload()))
                                .orElse(null));
            }
            case JOBS -> answer(exchange, pool.jobs());
            case DEAD_JOBS -> answer(exchange, pool.deadJobs(options.getLimit()));
            case RETRY -> found(exchange, pool.retryJob(key(exchange)));
            case WORKERS -> answer(exchange, pool.workers());
            case FIGURES -> answer(exchange, pool.figures());
            case SETTINGS -> answer(exchange, pool.settings());
            case CHANGE_SETTINGS ->
                done(exchange, pool.changeSettings(endpoint.getSettings().mandatoryWishes()::in));
            case PAUSE -> pool.pause();
            case RESUME -> pool.resume();
            case SHUTDOWN -> done(exchange, pool.shutdown(options.engineTimeout()));
        }
        for (String header : FOR_THIS_ENDPOINT) {
            // it was meant for this endpoint, and not for the next one on the way
            message.removeHeader(header);
        }
    }

    private void dispatch(Exchange exchange, PoolNode pool) throws Exception {
        JobRequest request = request(exchange);
        if (tasks.getMode() == JobMode.TASK && isAsked(exchange)) {
            ended(exchange, pool.dispatchAndWait(request, options.engineTimeout()));
        } else if (request.delay().isZero()) {
            dispatched(exchange, pool.dispatch(request));
        } else {
            enqueued(exchange, pool.enqueue(request));
        }
    }

    private JobRequest request(Exchange exchange) throws Exception {
        String id = id(exchange);
        return new JobRequest(
                key(exchange),
                // the same id is the same payload, however often it is sent, and each time belongs to another trace
                id == null ? payload(exchange) : plainPayload(exchange),
                Optional.ofNullable(id),
                options.isWorkerNeeded(),
                !options.isWithdrawnWhenLate(),
                Times.header(exchange.getMessage(), PulseConstants.DELAY).orElse(options.engineDelay()),
                Optional.ofNullable(tasks.getAttempts()).orElse(0));
    }

    private boolean stop(Exchange exchange, PoolNode pool) throws InterruptedException {
        String key = key(exchange);
        String id = id(exchange);
        return id == null ? pool.stopJob(key) : pool.stopJob(new Dispatch(key, id, 0));
    }

    private byte[] payload(Exchange exchange) throws Exception {
        return options.isTraceCarried() ? payloads.payloadWithTrace(exchange) : plainPayload(exchange);
    }

    private byte[] plainPayload(Exchange exchange) throws Exception {
        return payloads.payload(exchange, exchange.getMessage().getBody());
    }

    private String key(Exchange exchange) {
        String key = given(exchange, PulseConstants.KEY, keyOption);
        if (key == null) {
            throw missing("key", "the option key or the header " + PulseConstants.KEY);
        }
        return key;
    }

    private @Nullable String id(Exchange exchange) {
        return given(exchange, PulseConstants.DISPATCH_ID, idOption);
    }

    private String mandatoryId(Exchange exchange) {
        String id = id(exchange);
        if (id == null) {
            throw missing("dispatch id", "the option dispatchId or the header " + PulseConstants.DISPATCH_ID);
        }
        return id;
    }

    /** For an operation that has no other use for the body. */
    private String idOrBody(Exchange exchange) {
        String id = id(exchange);
        if (id == null && idOption.isEmpty()) {
            id = exchange.getMessage().getBody(String.class);
        }
        if (id == null) {
            throw missing(
                    "dispatch id", "the option dispatchId, the header " + PulseConstants.DISPATCH_ID + " or the body");
        }
        return id;
    }

    /** The header is only for who has no option: a consumer of another pool may have set it. */
    private static @Nullable String given(Exchange exchange, String header, Optional<Expression> option) {
        return option.isPresent()
                ? option.get().evaluate(exchange, String.class)
                : exchange.getMessage().getHeader(header, String.class);
    }

    private IllegalArgumentException missing(String what, String where) {
        return new IllegalArgumentException("the operation on pool " + endpoint.getName() + " needs a " + what + ", in "
                + where + ", which gave none");
    }

    private void dispatched(Exchange exchange, Dispatch dispatch) {
        exchange.getMessage().setHeader(PulseConstants.JOB_ID, dispatch.id());
        exchange.getMessage().setHeader(PulseConstants.FENCING_TOKEN, dispatch.fencingToken());
        done(exchange, dispatch);
    }

    private void enqueued(Exchange exchange, String id) {
        exchange.getMessage().setHeader(PulseConstants.JOB_ID, id);
        done(exchange, id);
    }

    private void ended(Exchange exchange, Outcome outcome) throws TaskNotDoneException {
        Message message = exchange.getMessage();
        message.setHeader(PulseConstants.JOB_ID, outcome.id());
        message.setHeader(PulseConstants.FENCING_TOKEN, outcome.fencingToken());
        message.setHeader(PulseConstants.OUTCOME, outcome.state().name());
        if (outcome.state() != Outcome.State.DONE) {
            throw new TaskNotDoneException(exchange, outcome);
        }
        answer(exchange, result(outcome));
    }

    /** What a task said in the end, as the codec reads it; null when it said nothing. */
    private @Nullable Object result(Outcome outcome) {
        return outcome.result()
                .map(result -> payloads.decode("result of " + outcome.key(), result))
                .orElse(null);
    }

    private void found(Exchange exchange, boolean found) {
        exchange.getMessage().setHeader(PulseConstants.JOB_FOUND, found);
        done(exchange, found);
    }

    private void outcome(Exchange exchange, @Nullable Outcome outcome) {
        Message message = exchange.getMessage();
        message.setHeader(
                PulseConstants.OUTCOME, outcome == null ? null : outcome.state().name());
        message.setHeader(PulseConstants.RESULT, outcome == null ? null : result(outcome));
        answer(exchange, outcome);
    }

    /** Nobody who does not ask wants the body replaced of a message that is only to be passed on. */
    private void done(Exchange exchange, Object answer) {
        if (isAsked(exchange)) {
            answer(exchange, answer);
        }
    }

    private boolean isAsked(Exchange exchange) {
        return options.getResultHeader() != null || exchange.getPattern().isOutCapable();
    }

    private void answer(Exchange exchange, @Nullable Object answer) {
        if (options.getResultHeader() == null) {
            exchange.getMessage().setBody(answer);
        } else {
            exchange.getMessage().setHeader(options.getResultHeader(), answer);
        }
    }

    private ExchangeTimedOutException timedOut(Exchange exchange, OutcomeUnknownException cause) {
        Duration timeout = options.engineTimeout();
        ExchangeTimedOutException timedOut =
                new ExchangeTimedOutException(exchange, timeout.toMillis(), cause.getMessage());
        timedOut.initCause(cause);
        return timedOut;
    }

    @Override
    protected void letGo() {
        Lease<PoolNode> lease = opened;
        opened = null;
        if (lease != null) {
            lease.close();
        }
    }
}
