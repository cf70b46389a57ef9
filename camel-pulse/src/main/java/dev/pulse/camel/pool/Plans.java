package dev.pulse.camel.pool;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Plan;
import dev.pulse.pool.Planner;
import dev.pulse.pool.Planning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.jspecify.annotations.Nullable;

/**
 * The plans of a schedule, each the answer of an exchange.
 *
 * @param stopOthers whether a plan that only says which jobs are to run ends the others
 */
record Plans(PoolExchanges exchanges, boolean stopOthers) implements Planner {
    @Override
    public Plan plan(Planning planning) throws Exception {
        Exchange exchange = exchanges.due(
                PulseConstants.SCHEDULE,
                planning.schedule(),
                planning.due(),
                planning.missed(),
                planning.fencingToken());
        exchange.setPattern(ExchangePattern.InOut);
        return exchanges.pass(exchange, this::read);
    }

    private Plan read(Exchange ended, @Nullable Exception failure) throws Exception {
        if (failure != null) {
            throw failure;
        }
        return switch (ended.getMessage().getBody()) {
            case Plan plan -> plan;
            case Map<?, ?> jobs -> running(ended, jobs);
            case Collection<?> keys -> new Plan(keys.stream().map(Plans::job).toList(), Set.of(), stopOthers);
            case null -> throw noPlan("was none");
            case Object other -> throw noPlan("was a " + other.getClass().getName());
        };
    }

    private Plan running(Exchange ended, Map<?, ?> jobs) throws Exception {
        List<Plan.Start> start = new ArrayList<>();
        for (Map.Entry<?, ?> job : jobs.entrySet()) {
            byte[] payload = exchanges.payloads().payload(ended, job.getValue());
            start.add(new Plan.Start(String.valueOf(job.getKey()), payload, 0));
        }
        return new Plan(start, Set.of(), stopOthers);
    }

    private static Plan.Start job(Object key) {
        return new Plan.Start(String.valueOf(key), new byte[0], 0);
    }

    private static IllegalArgumentException noPlan(String was) {
        return new IllegalArgumentException(
                "the body at the end of a route that plans is a collection of the keys of jobs, a"
                        + " map of these and their payloads, or a " + Plan.class.getName() + ", " + was);
    }
}
