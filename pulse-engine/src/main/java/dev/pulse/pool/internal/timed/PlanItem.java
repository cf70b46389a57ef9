package dev.pulse.pool.internal.timed;

import dev.pulse.pool.Plan;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing that a plan says is to be done; it stands in Redis as a name and a value. */
sealed interface PlanItem {
    /** Stands for the stop of all others, until these are known by name. */
    String OTHERS = "others";

    String START = "start:";
    String STOP = "stop:";

    String key();

    /** As it is called in Redis. */
    String name();

    /**
     * A job is to run.
     *
     * @param tries how often its start failed
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Start(String key, int tries, int attempts, byte[] payload) implements PlanItem {
        private static final int HEAD = 2 * Integer.BYTES;

        @Override
        public String name() {
            return START + key;
        }

        Start afterFailure() {
            return new Start(key, tries + 1, attempts, payload);
        }

        byte[] value() {
            return ByteBuffer.allocate(HEAD + payload.length)
                    .putInt(tries)
                    .putInt(attempts)
                    .put(payload)
                    .array();
        }

        private static Start of(String key, byte[] value) {
            ByteBuffer head = ByteBuffer.wrap(value);
            return new Start(key, head.getInt(), head.getInt(), Arrays.copyOfRange(value, HEAD, value.length));
        }
    }

    /** A job is to end, if the schedule started it. */
    record Stop(String key) implements PlanItem {
        @Override
        public String name() {
            return STOP + key;
        }
    }

    /** All that a plan says, as it is to stand in Redis. */
    static Map<String, byte[]> of(Plan plan) {
        Map<String, byte[]> items = new LinkedHashMap<>();
        for (Plan.Start job : plan.start()) {
            Start start = new Start(job.key(), 0, job.attempts(), job.payload());
            items.put(start.name(), start.value());
        }
        plan.stop().forEach(key -> items.put(STOP + key, new byte[0]));
        if (plan.stopOthers()) {
            items.put(OTHERS, new byte[0]);
        }
        return items;
    }

    /** From Redis; null for what is none that concerns one job. */
    static @Nullable PlanItem of(String name, byte[] value) {
        if (name.startsWith(START) && value.length >= Start.HEAD) {
            return Start.of(name.substring(START.length()), value);
        }
        return name.startsWith(STOP) ? new Stop(name.substring(STOP.length())) : null;
    }
}
