package dev.pulse.faults;

import dev.pulse.pool.PoolSnapshot;
import dev.pulse.testing.RespClient;
import dev.pulse.wire.PoolKeys;
import java.util.Map;
import java.util.TreeMap;

/**
 * A job as it stands in Redis.
 *
 * @param state {@code running} and others
 * @param worker who owns it; empty for nobody
 * @param job its payload
 * @param wished whether it is to be stopped
 */
record PoolRecord(String state, String worker, long token, String job, boolean wished) {
    /** The keys of the present incarnation of a pool. */
    static PoolKeys keys(RespClient redis, String pool) {
        return new PoolKeys(pool, Long.parseLong(redis.text("HGET", PoolKeys.pool(pool), "g")));
    }

    /** All jobs of it, by their keys. */
    static Map<String, PoolRecord> all(PoolSnapshot pool) {
        Map<String, PoolRecord> records = new TreeMap<>();
        for (String key : pool.names("job:")) {
            Map<String, String> job = pool.hash("job:" + key);
            String payload = pool.get("pay:" + key) instanceof PoolSnapshot.Text text ? text.text() : "";
            records.put(
                    key,
                    new PoolRecord(
                            job.getOrDefault("st", ""),
                            job.getOrDefault("o", ""),
                            Long.parseLong(job.getOrDefault("t", "0")),
                            payload,
                            job.containsKey("w")));
        }
        return records;
    }

    boolean runs() {
        return state.equals("running") && !wished;
    }

    /** Whether it is this run; after a loss of state it may be another worker's, in the same process. */
    boolean isOf(JobRun run) {
        return runs() && token == run.token() && job.equals(run.job());
    }
}
