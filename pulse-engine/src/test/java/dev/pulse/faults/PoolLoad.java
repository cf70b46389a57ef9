package dev.pulse.faults;

import dev.pulse.JobExistsException;
import dev.pulse.JobFailedException;
import dev.pulse.OutcomeUnknownException;
import dev.pulse.PoolShutDownException;
import dev.pulse.PulseException;
import dev.pulse.faults.JobStep.Did;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.PoolClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Dispatches jobs and stops some of them again, one call after another in each of its lanes, on keys that are nobody
 * else's. Half of the jobs have an id: those are tried until it is known what became of them, and now and then once more
 * when that is known. What it was told is all it writes down.
 */
final class PoolLoad implements AutoCloseable {
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(20);
    private static final int LANES = 4;
    private static final String TO_FAIL = "!";
    /** What a repeated dispatch is told of a job that has begun, and of one that ended before. */
    static final String STARTED = "started";

    static final String ENDED = "ended";

    /**
     * How much it does.
     *
     * @param jobs how many keys it has
     * @param pause between two calls of a lane
     * @param stops whether it stops some of them, and has some fail
     */
    record Pace(int jobs, Duration pause, boolean stops) {
        static Pace parse(String text) {
            String[] words = text.split(",");
            return new Pace(
                    Integer.parseInt(words[0]),
                    Duration.ofMillis(Long.parseLong(words[1])),
                    Boolean.parseBoolean(words[2]));
        }

        /** One word, as {@link #parse} reads it. */
        @Override
        public String toString() {
            return jobs + "," + pause.toMillis() + "," + stops;
        }
    }

    private final String member;
    private final PoolClient pool;
    private final Consumer<JobStep> history;
    private final Pace pace;
    private final List<Thread> lanes = new ArrayList<>();
    private volatile boolean resting;

    /** Begins at once. */
    PoolLoad(String name, String member, PoolClient pool, Consumer<JobStep> history, Pace pace, long seed) {
        this.member = member;
        this.pool = pool;
        this.history = history;
        this.pace = pace;
        for (int i = 0; i < LANES; i++) {
            Lane lane = new Lane(new Random(seed + i));
            for (int k = i; k < pace.jobs(); k += LANES) {
                lane.keys.add(new Key(name + "-" + k));
            }
            lanes.add(Thread.ofVirtual().name(name + "-lane-" + i).start(lane::run));
        }
    }

    /** Whether the first start of a job is to throw. */
    static boolean isToFail(String job) {
        return job.endsWith(TO_FAIL);
    }

    /** Returns when the last call has. */
    void rest() throws InterruptedException {
        resting = true;
        for (Thread lane : lanes) {
            lane.join();
        }
    }

    @Override
    public void close() {
        resting = true;
        lanes.forEach(Thread::interrupt);
    }

    /** What is known of a key by those who use it. */
    private enum State {
        NO_JOB,
        /** It has one. */
        JOB,
        /** It may have one. */
        UNSURE
    }

    private static final class Key {
        private final String name;
        private State state = State.NO_JOB;
        private int dispatches;
        private String job = JobStep.NOTHING;
        private boolean once;

        Key(String name) {
            this.name = name;
        }

        JobRequest request() {
            JobRequest request = JobRequest.of(name, job.getBytes(StandardCharsets.UTF_8));
            return once ? request.withId(job) : request;
        }
    }

    /** One thread and its keys. */
    private final class Lane {
        private final Random random;
        private final List<Key> keys = new ArrayList<>();

        Lane(Random random) {
            this.random = random;
        }

        void run() {
            try {
                for (int i = 0; !resting; i = (i + 1) % keys.size()) {
                    visit(keys.get(i));
                    Thread.sleep(pace.pause());
                }
            } catch (InterruptedException | PoolShutDownException e) {
                // closed, or nobody's pool any more
            }
        }

        private void visit(Key key) throws InterruptedException {
            switch (key.state) {
                case NO_JOB -> dispatch(key);
                case UNSURE -> stop(key);
                case JOB -> {
                    if (pace.stops() && random.nextInt(3) == 0) {
                        stop(key);
                    } else if (key.once && random.nextInt(3) == 0) {
                        repeat(key);
                    }
                }
            }
        }

        private void dispatch(Key key) throws InterruptedException {
            key.once = random.nextBoolean();
            key.job = key.name + ":" + key.dispatches++ + (pace.stops() && random.nextInt(20) == 0 ? TO_FAIL : "");
            note(key, Did.DISPATCHING, 0, key.once ? "once" : JobStep.NOTHING);
            while (true) {
                Answer answer = ask(key);
                if (answer.retry && key.once && !resting) {
                    Thread.sleep(BETWEEN_TRIES);
                    continue;
                }
                // of one that was tried again even a refusal says nothing of the tries before
                Did did = answer.did == Did.REFUSED && key.once ? Did.UNKNOWN : answer.did;
                note(key, did, answer.token, answer.note);
                key.state = switch (did) {
                    case ACCEPTED -> State.JOB;
                    case UNKNOWN, EXISTS -> State.UNSURE;
                    default -> State.NO_JOB;
                };
                if (answer.shutDown != null) {
                    throw answer.shutDown;
                }
                return;
            }
        }

        private record Answer(
                Did did,
                boolean retry,
                long token,
                String note,
                @Nullable PoolShutDownException shutDown) {
            static Answer of(Did did, PulseException e) {
                return new Answer(did, did == Did.UNKNOWN || did == Did.REFUSED, 0, kind(e), null);
            }
        }

        private Answer ask(Key key) throws InterruptedException {
            try {
                long token = pool.dispatch(key.request()).fencingToken();
                return new Answer(Did.ACCEPTED, false, token, JobStep.NOTHING, null);
            } catch (OutcomeUnknownException e) {
                return Answer.of(Did.UNKNOWN, e);
            } catch (JobFailedException e) {
                return Answer.of(Did.FAILED, e);
            } catch (JobExistsException e) {
                return Answer.of(Did.EXISTS, e);
            } catch (PoolShutDownException e) {
                // one that was accepted before ends with the others
                return new Answer(Did.UNKNOWN, false, 0, kind(e), e);
            } catch (PulseException e) {
                return Answer.of(Did.REFUSED, e);
            }
        }

        /** Whoever repeats a dispatch is told what became of it, and nothing begins by it. */
        private void repeat(Key key) throws InterruptedException {
            String told;
            try {
                pool.dispatch(key.request());
                told = STARTED;
            } catch (JobFailedException e) {
                told = ENDED;
            } catch (PoolShutDownException e) {
                throw e;
            } catch (JobExistsException e) {
                told = "exists";
            } catch (PulseException e) {
                return;
            }
            note(key, Did.REPEATED, 0, told);
        }

        private void stop(Key key) throws InterruptedException {
            note(key, Did.STOPPING, 0, JobStep.NOTHING);
            Did did;
            String note = JobStep.NOTHING;
            try {
                did = pool.stopJob(key.name) ? Did.STOPPED : Did.NONE;
            } catch (PoolShutDownException e) {
                throw e;
            } catch (PulseException e) {
                // what was refused now may have been sent all the same when it was tried before
                did = Did.STOP_UNKNOWN;
                note = kind(e);
            }
            note(key, did, 0, note);
            key.state = did == Did.STOP_UNKNOWN ? State.UNSURE : State.NO_JOB;
            if (did == Did.STOPPED && key.once && random.nextBoolean()) {
                repeat(key);
            }
        }

        private static String kind(PulseException e) {
            return e.getClass().getSimpleName();
        }

        private void note(Key key, Did did, long token, String note) {
            history.accept(JobStep.now(member, did, key.name, key.job, token, note));
        }
    }
}
