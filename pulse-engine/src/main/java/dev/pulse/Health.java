package dev.pulse;

import java.time.Instant;
import java.util.List;

/**
 * A moment's view of how well the engine gets on. It means progress, not "connected": a loop that cannot do its work
 * shows within 10 s.
 *
 * @param status the worst of all loops
 * @param since when the status became what it is, by this machine's clock
 * @param why what is wrong, in words an operator can act on; empty when {@code UP}
 * @param loops each loop of the engine, by name; none when it is closed
 */
public record Health(Status status, Instant since, String why, List<Loop> loops) {
    /** From good to bad. */
    public enum Status {
        /** Everything works. */
        UP,
        /** Something does not work, other things do. */
        DEGRADED,
        /** Nothing works. */
        DOWN
    }

    /**
     * One loop: a lane to Redis, a reader, a sink's reading or upkeep, a map's replica.
     *
     * @param name kind and subject, such as {@code sink users/mails read}
     * @param status how it gets on
     * @param since when the status became what it is, by this machine's clock
     * @param why what hinders it, in words an operator can act on; empty when {@code UP}
     */
    public record Loop(String name, Status status, Instant since, String why) {}

    public Health {
        loops = List.copyOf(loops);
    }
}
