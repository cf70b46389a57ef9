package dev.pulse.camel.pool;

import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.Times;
import dev.pulse.pool.Task;
import dev.pulse.pool.TaskHandler;
import dev.pulse.pool.TaskResult;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that run to their end, with an exchange for each attempt. What the route has put into the message goes before what its
 * failure would come to.
 *
 * @param backoff before a failed one is tried again whose attempts are not counted
 */
record TaskJobs(PoolExchanges exchanges, OnFailure onFailure, Duration backoff) implements TaskHandler {
    @Override
    public TaskResult run(Task task) throws Exception {
        Exchange exchange;
        try {
            exchange = exchanges.job(JobEvent.START, task, task.payload());
        } catch (RuntimeCamelException e) {
            // never done: a wrong codec would empty the pool, and nobody would notice
            return onFailure == OnFailure.DONE ? TaskResult.dead(e.toString()) : failed(task, e);
        }
        Message message = exchange.getIn();
        message.setHeader(PulseConstants.ATTEMPT, task.attempt());
        message.setHeader(PulseConstants.ATTEMPTS, task.attempts());
        return exchanges.pass(exchange, (ended, failure) -> result(task, ended, failure));
    }

    private TaskResult result(Task task, Exchange ended, @Nullable Exception failure) throws Exception {
        try {
            Message message = ended.getMessage();
            Optional<Duration> again = Times.header(message, PulseConstants.AGAIN_AFTER);
            if (again.isPresent()) {
                return TaskResult.again(again.get());
            }
            String dead = message.getHeader(PulseConstants.DEAD, String.class);
            return dead != null
                    ? TaskResult.dead(dead)
                    : TaskResult.done(exchanges.payloads().answer(ended, failure));
        } catch (Exception e) {
            return failed(task, e);
        }
    }

    private TaskResult failed(Task task, Exception failure) throws Exception {
        if (task.isStopping()) {
            // cut short: that is no failure, and the engine knows where it goes on
            throw failure;
        }
        return switch (onFailure) {
            case RETRY -> throw failure;
            case AGAIN -> TaskResult.again(backoff);
            case DEAD -> TaskResult.dead(failure.toString());
            case DONE -> TaskResult.done();
        };
    }
}
