package dev.pulse.camel.pool;

import dev.pulse.camel.Ranges;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of a consumer that has an exchange when something is due, and no jobs; defaults are the engine's. */
@UriParams
public class TimingConfiguration {
    @UriParam(
            label = "consumer",
            description =
                    "The name of a ticker, 1 to 512 characters: the consumer is no worker, but has an exchange whenever the ticker is"
                            + " due, on one of the nodes that listen to it. With period or cron")
    private @Nullable String ticker;

    @UriParam(
            label = "consumer",
            description =
                    "The name of a schedule, 1 to 512 characters: the consumer is no worker, but has an exchange whenever the schedule"
                            + " is due, on one node, and the body at the end of the route says which jobs are to run: a collection of"
                            + " their keys, a map of keys and payloads, or a dev.pulse.pool.Plan. With period or cron")
    private @Nullable String schedule;

    @UriParam(
            label = "consumer",
            javaType = "java.time.Duration",
            description =
                    "How often the ticker or the schedule is due, 100ms to 365d, the first time one period after it came into being")
    private @Nullable Long period;

    @UriParam(
            label = "consumer",
            description =
                    "When the ticker or the schedule is due, as a cron expression: five fields as Unix has it, such as 0 8 * * 1-5, or"
                            + " six or seven as Quartz has it, such as 0 0 8 ? * MON-FRI. Needs the library com.cronutils:cron-utils")
    private @Nullable String cron;

    @UriParam(
            label = "consumer",
            defaultValue = "UTC",
            description = "The time zone of cron, such as Europe/Stockholm; the same on all nodes, wherever they run")
    private String timeZone = "UTC";

    @UriParam(
            label = "consumer",
            defaultValue = "one",
            enums = "one,skip,all",
            description =
                    "What becomes of due times at which nobody could fire the ticker: one (it fires once, at once, for the last of"
                            + " them), skip (nothing), all (it fires for each of them, for no more than the last 100). A schedule makes"
                            + " one plan")
    private TickerOptions.Missed missed = TickerOptions.Missed.ONE;

    @UriParam(
            label = "consumer",
            defaultValue = "true",
            description =
                    "Whether all jobs that the schedule has started end that its plan does not name, where that is a collection or a"
                            + " map; a dev.pulse.pool.Plan says it itself")
    private boolean stopOthers = true;

    /** Refuses values that are out of their range or contradict each other. */
    void check() {
        if (ticker != null && schedule != null) {
            throw new IllegalArgumentException(
                    "a consumer has a ticker or a schedule, was \"" + ticker + "\" and \"" + schedule + '"');
        }
        requireName("ticker", ticker);
        requireName("schedule", schedule);
        if (isWorker()) {
            refuse("period", period, "is for a ticker or a schedule");
            refuse("cron", cron, "is for a ticker or a schedule");
        } else {
            timetable();
        }
        if (ticker == null && missed != TickerOptions.Missed.ONE) {
            refuse("missed", missed, "is for a ticker");
        }
        if (schedule == null && !stopOthers) {
            refuse("stopOthers", stopOthers, "is for a schedule");
        }
    }

    private static void requireName(String option, @Nullable String name) {
        if (name != null) {
            Ranges.require("length of " + option, name.length(), 1, 512);
        }
    }

    private static void refuse(String option, @Nullable Object value, String rule) {
        if (value != null) {
            throw new IllegalArgumentException(option + " " + rule + ", was " + value + " without");
        }
    }

    /** Whether the consumer has jobs, and not something that is due. */
    boolean isWorker() {
        return ticker == null && schedule == null;
    }

    /** When it is due. */
    Timetable timetable() {
        if (period != null && cron == null) {
            return Timetable.every(Duration.ofMillis(period));
        }
        if (cron != null && period == null) {
            return Timetable.cron(cron, zone());
        }
        throw new IllegalArgumentException("a ticker or a schedule has a period or a cron, was "
                + (period == null ? "neither" : Duration.ofMillis(period) + " and \"" + cron + '"'));
    }

    private ZoneId zone() {
        try {
            return ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "timeZone is the name of a time zone, such as Europe/Stockholm, was \"" + timeZone + '"', e);
        }
    }

    public @Nullable String getTicker() {
        return ticker;
    }

    public void setTicker(@Nullable String ticker) {
        this.ticker = ticker;
    }

    public @Nullable String getSchedule() {
        return schedule;
    }

    public void setSchedule(@Nullable String schedule) {
        this.schedule = schedule;
    }

    public @Nullable Long getPeriod() {
        return period;
    }

    public void setPeriod(@Nullable Long period) {
        this.period = period;
    }

    public @Nullable String getCron() {
        return cron;
    }

    public void setCron(@Nullable String cron) {
        this.cron = cron;
    }

    public String getTimeZone() {
        return timeZone;
    }

    public void setTimeZone(String timeZone) {
        this.timeZone = timeZone;
    }

    public TickerOptions.Missed getMissed() {
        return missed;
    }

    public void setMissed(TickerOptions.Missed missed) {
        this.missed = missed;
    }

    public boolean isStopOthers() {
        return stopOthers;
    }

    public void setStopOthers(boolean stopOthers) {
        this.stopOthers = stopOthers;
    }
}
