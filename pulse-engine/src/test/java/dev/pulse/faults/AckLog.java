package dev.pulse.faults;

import dev.pulse.faults.Step.Did;
import dev.pulse.testing.RespClient;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes down each ack that Redis gets, by whomever, as Redis' own log of commands has it: with the time of its clock, which
 * is that of this machine. The processes that acknowledge are not asked.
 */
final class AckLog implements AutoCloseable {
    private static final String LAST = "the last entry";

    private final String uri;
    private final String ack;
    private final Consumer<Step> history;
    private final RespClient log;
    private final Thread reading;

    /**
     * Begins at once.
     *
     * @param key of the stream
     */
    AckLog(String uri, String key, Consumer<Step> history) {
        this.uri = uri;
        this.ack = "\"XACK\" \"" + key + "\" ";
        this.history = history;
        this.log = RespClient.connect(uri);
        log.call("MONITOR");
        log.timeout(Duration.ZERO);
        this.reading = Thread.ofVirtual().name("acks of " + key).start(this::read);
    }

    private void read() {
        try {
            String entry = "";
            while (!entry.endsWith(quoted(LAST))) {
                entry = String.valueOf(log.read());
                // <seconds>.<micros> [<database> <who>] "<command>" "<argument>" …
                int command = entry.indexOf(ack);
                if (command > 0 && entry.charAt(command - 2) == ']') {
                    note(
                            Long.parseLong(
                                    entry.substring(0, entry.indexOf(' ')).replace(".", "")),
                            List.of(entry.substring(command + ack.length())
                                    .replace("\"", "")
                                    .split(" ")));
                }
            }
        } catch (UncheckedIOException e) {
            // Redis is gone; whoever needs what is missing finds it missing
        }
    }

    private void note(long micros, List<String> sinkAndIds) {
        String redis = sinkAndIds.getFirst() + "/redis";
        for (String id : sinkAndIds.subList(1, sinkAndIds.size())) {
            history.accept(new Step(micros, redis, Did.ACK_LOGGED, "-", id));
        }
    }

    private static String quoted(String word) {
        return "\"" + word + "\"";
    }

    /** Returns when all is written down that was acknowledged before. */
    @Override
    public void close() {
        try (RespClient last = RespClient.connect(uri)) {
            last.call("ECHO", LAST);
            reading.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            log.close();
        }
    }
}
