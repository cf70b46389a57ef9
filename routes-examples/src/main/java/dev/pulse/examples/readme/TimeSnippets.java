package dev.pulse.examples.readme;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pulse.pool.Firing;
import dev.pulse.pool.Plan;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.TickerOptions.Missed;
import dev.pulse.pool.Timetable;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a worker pool can do at certain times. */
final class TimeSnippets {
    final List<String> log = new CopyOnWriteArrayList<>();
    private volatile List<String> customers = List.of("ada", "alan");

    Ticker ticking(PoolNode node) throws InterruptedException {
        // snippet: ticker
        Ticker ticker = node.ticker("statistics", TickerOptions.every(Duration.ofMinutes(1)), this::count);
        // end
        return ticker;
    }

    // snippet: firing
    void count(Firing firing) { // on one of all nodes that listen to "statistics"
        log.add("counted for " + firing.due() + ", " + firing.missed() + " were missed before");
    }
    // end

    static void changing(Ticker ticker) throws InterruptedException {
        // snippet: change
        TickerOptions nightly = TickerOptions.cron("30 2 * * *", ZoneId.of("Europe/Berlin"));
        ticker.change(nightly.withMissed(Missed.SKIP)); // holds on all nodes
        // end
    }

    Schedule planning(PoolNode node) throws InterruptedException {
        // snippet: schedule
        Schedule schedule = node.schedule("trackers", Timetable.every(Duration.ofSeconds(10)), planning -> {
            Plan plan = Plan.nothing();
            for (String customer : customers) { // as a database has them now
                plan = plan.starting("track-" + customer, customer.getBytes(UTF_8));
            }
            return plan.stoppingOthers(); // of those that this schedule has started
        });
        // end
        return schedule;
    }

    void leaves(String customer) {
        customers = customers.stream().filter(other -> !other.equals(customer)).toList();
    }
}
