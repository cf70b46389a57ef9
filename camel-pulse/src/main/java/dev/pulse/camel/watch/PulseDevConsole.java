package dev.pulse.camel.watch;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;
import org.apache.camel.util.json.JsonObject;

/**
 * What the Pulse endpoints of the context have in hand, and how it gets on. Of an engine whose Redis is away only that is
 * shown which it knows by itself.
 */
@DevConsole(
        name = "pulse",
        displayName = "Pulse",
        description = "Streams, sinks, maps and pools of Pulse with lag, pending, staleness, workers and jobs")
public class PulseDevConsole extends AbstractDevConsole {
    /** The option that says how many jobs of each pool are listed; none without it. */
    public static final String JOBS = "jobs";

    public PulseDevConsole() {
        super(
                "camel",
                "pulse",
                "Pulse",
                "Streams, sinks, maps and pools of Pulse with lag, pending, staleness, workers and jobs");
    }

    @Override
    protected Map<String, Object> doCallJson(Map<String, Object> options) {
        Inventory inventory = Inventory.of(getCamelContext());
        int jobs = Integer.parseInt(String.valueOf(options.getOrDefault(JOBS, 0)));
        JsonObject all = new JsonObject();
        all.put("engines", ConsoleRows.of(inventory.all(InUse.Engine.class), ConsoleRows::engine));
        all.put("streams", ConsoleRows.of(inventory.all(InUse.OfStream.class), ConsoleRows::stream));
        all.put("readers", ConsoleRows.of(inventory.all(InUse.OfReader.class), ConsoleRows::reader));
        all.put("sinks", ConsoleRows.of(inventory.all(InUse.OfSink.class), ConsoleRows::sink));
        all.put("maps", ConsoleRows.of(inventory.all(InUse.OfMap.class), ConsoleRows::map));
        all.put(
                "pools",
                ConsoleRows.of(inventory.all(InUse.OfPool.class), (pool, row) -> ConsoleRows.pool(pool, row, jobs)));
        all.put("workers", ConsoleRows.of(inventory.all(InUse.OfWorker.class), ConsoleRows::ownWorker));
        all.put("tickers", ConsoleRows.of(inventory.all(InUse.OfTicker.class), ConsoleRows::ticker));
        all.put("schedules", ConsoleRows.of(inventory.all(InUse.OfSchedule.class), ConsoleRows::schedule));
        return all;
    }

    /** A line for each thing, indented below what it is part of. */
    @Override
    protected String doCallText(Map<String, Object> options) {
        StringBuilder text = new StringBuilder();
        doCallJson(options).forEach((section, rows) -> lines(text, "", section, (List<?>) rows));
        return text.toString();
    }

    private static void lines(StringBuilder text, String indent, String section, List<?> rows) {
        if (rows.isEmpty()) {
            return;
        }
        text.append(indent).append(section).append(":\n");
        for (Object each : rows) {
            JsonObject row = (JsonObject) each;
            text.append(indent).append("  ").append(values(row)).append('\n');
            row.forEach((name, value) -> {
                if (value instanceof List<?> parts) {
                    lines(text, indent + "    ", name, parts);
                }
            });
        }
    }

    private static String values(JsonObject row) {
        return row.entrySet().stream()
                .filter(each -> !(each.getValue() instanceof List<?>) && !Objects.equals(each.getValue(), ""))
                .map(each -> each.getKey() + "="
                        + (each.getValue() instanceof JsonObject part ? '(' + values(part) + ')' : each.getValue()))
                .collect(Collectors.joining(" "));
    }
}
