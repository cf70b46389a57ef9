package dev.pulse.faults;

import static dev.pulse.faults.Promise.P17;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;
import static dev.pulse.faults.Promise.P8;

import dev.pulse.Pulse;
import dev.pulse.faults.PoolLoad.Pace;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.RespException;
import dev.pulse.testing.TestRedis;
import dev.pulse.wire.PoolKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A pool whose internal messages come more than once, in any order, long after they mattered. */
@RedisTest
class InboxFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Pace BUSY = new Pace(40, Duration.ofMillis(10), true);
    private static final int WORKERS = 3;
    private static final int COPIES = 3;
    private static final int REMEMBERED = 500;

    @Drill
    @Attacks(
            value = {P6, P7, P8, P17},
            by = Fault.F13)
    void whatIsRepeatedAndReorderedBeginsNothingTwice(Trial trial, TestRedis redis, Prefix prefix)
            throws InterruptedException {
        try (RespClient raw = redis.client();
                PoolFleet fleet = new PoolFleet(trial, redis::uri, new PoolTerms(prefix.name("p"), LEASE))) {
            List<PoolMember> members = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                PoolMember member = fleet.member(Pulse.builder().uri(redis.uri()));
                members.add(member);
                member.join();
                member.load(BUSY, trial.random().nextLong());
            }
            Echo echo = new Echo(raw, PoolRecord.keys(raw, prefix.name("p")), trial.random());
            while (trial.goesOn()) {
                // jobs move, so that what is said of them is said of others' jobs
                PoolMember moving = members.get(trial.random().nextInt(WORKERS));
                Thread move = Thread.ofVirtual().start(moving::leave);
                while (move.isAlive()) {
                    echo.repeat();
                }
                moving.join();
                for (int i = 0; i < 50; i++) {
                    echo.repeat();
                }
            }
            fleet.finish();
        }
    }

    /** Reads what is written to the workers of a pool, as fast as they do, and writes it to them again. */
    private static final class Echo {
        private static final long BLOCK_MILLIS = 20;

        private final RespClient raw;
        private final PoolKeys keys;
        private final Random random;
        private final Map<String, String> last = new HashMap<>();
        /** Commands that write it again. */
        private final List<String[]> heard = new ArrayList<>();

        Echo(RespClient raw, PoolKeys keys, Random random) {
            this.raw = raw;
            this.keys = keys;
            this.random = random;
        }

        void repeat() {
            List<String> inboxes = raw.list("ZRANGE", keys.leases(), "0", "-1").stream()
                    .map(worker -> keys.inbox((String) worker))
                    .toList();
            if (inboxes.isEmpty()) {
                LockSupport.parkNanos(BLOCK_MILLIS * 1_000_000);
                return;
            }
            listen(inboxes);
            for (int i = 0; i < COPIES && !heard.isEmpty(); i++) {
                raw.call(heard.get(random.nextInt(heard.size())));
            }
        }

        private void listen(List<String> inboxes) {
            List<String> command =
                    new ArrayList<>(List.of("XREAD", "COUNT", "100", "BLOCK", Long.toString(BLOCK_MILLIS), "STREAMS"));
            command.addAll(inboxes);
            inboxes.forEach(inbox -> command.add(last.getOrDefault(inbox, "0")));
            Object reply;
            try {
                reply = raw.call(command.toArray(String[]::new));
            } catch (RespException e) {
                // one of them left meanwhile
                return;
            }
            if (reply == null) {
                return;
            }
            for (Object stream : (List<?>) reply) {
                List<?> named = (List<?>) stream;
                for (Object entry : (List<?>) named.get(1)) {
                    List<?> parts = (List<?>) entry;
                    last.put((String) named.getFirst(), (String) parts.getFirst());
                    hear((String) named.getFirst(), (List<?>) parts.get(1));
                }
            }
        }

        private void hear(String inbox, List<?> fields) {
            String[] again = Stream.concat(Stream.of("XADD", inbox, "NOMKSTREAM", "*"), fields.stream())
                    .toArray(String[]::new);
            if (heard.size() < REMEMBERED) {
                heard.add(again);
            } else {
                heard.set(random.nextInt(REMEMBERED), again);
            }
        }
    }
}
