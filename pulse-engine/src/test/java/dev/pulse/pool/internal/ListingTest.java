package dev.pulse.pool.internal;

import static dev.pulse.pool.internal.Caller.SHORT;
import static dev.pulse.pool.internal.Caller.bytes;
import static dev.pulse.pool.internal.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pulse.OutcomeUnknownException;
import dev.pulse.pool.JobInfo;
import dev.pulse.pool.PoolFigures;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.WorkerInfo;
import dev.pulse.testing.Prefix;
import dev.pulse.testing.PulseTest;
import dev.pulse.testing.RedisTest;
import dev.pulse.testing.RespClient;
import dev.pulse.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What is in a pool can be read by anyone. */
@RedisTest
class ListingTest {
    private static final PoolSettings WIDE = PoolSettings.DEFAULTS.withQueueLimit(10_000);

    @PulseTest
    void jobsAreListedWhereverTheyAre(TestRedis redis, Prefix prefix) throws InterruptedException {
        String pool = prefix.name("p");
        Instant before = Instant.now().minusSeconds(5);
        try (Caller caller = Caller.of(redis.uri(), pool, SHORT)) {
            assertThat(caller.listing.jobs()).isEmpty();
            assertThat(caller.listing.job("running")).isEmpty();
            assertThat(caller.listing.payload("running")).isEmpty();
            try (HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                    Caller patient = Caller.of(redis.uri(), pool)) {
                for (String key : List.of("running", "due", "dead")) {
                    patient.dispatching.dispatch(request(key).withId("id of " + key));
                }
                worker.later("due", 9);
                worker.later("dead", 1);
                worker.starts = HandWorker.Starts.LEAVE;
                assertThatExceptionOfType(OutcomeUnknownException.class)
                        .isThrownBy(() ->
                                caller.dispatching.dispatch(request("assigned").withId("id of assigned")));
                caller.pool()
                        .members()
                        .leaveBegin(caller.redis, "w1", caller.pool().ring().leftBy("w1"));
                assertThatExceptionOfType(OutcomeUnknownException.class)
                        .isThrownBy(() ->
                                caller.dispatching.dispatch(request("waiting").withId("id of waiting")));

                Map<String, JobInfo> jobs =
                        caller.listing.jobs().stream().collect(Collectors.toMap(JobInfo::key, Function.identity()));
                assertThat(jobs).hasSize(5);
                for (JobInfo.State state : JobInfo.State.values()) {
                    String key = state.name().toLowerCase(Locale.ROOT);
                    JobInfo job = Objects.requireNonNull(jobs.get(key), key);
                    assertThat(job.state()).isEqualTo(state);
                    assertThat(job.id()).isEqualTo("id of " + key);
                    assertThat(job.accepted()).isAfter(before);
                    boolean owned = state == JobInfo.State.RUNNING || state == JobInfo.State.ASSIGNED;
                    assertThat(job.worker().isPresent()).isEqualTo(owned);
                    assertThat(job.fencingToken() > 0).isEqualTo(owned);
                    assertThat(job.stopping()).isFalse();
                    assertThat(job.restarts()).isZero();
                    assertThat(job.error().isPresent())
                            .isEqualTo(state == JobInfo.State.DUE || state == JobInfo.State.DEAD);
                    assertThat(caller.listing.job(key)).contains(job);
                    assertThat(caller.listing.payload(key).orElseThrow()).isEqualTo(bytes("payload of " + key));
                }
                PoolFigures figures = caller.overview.figures();
                assertThat(figures).isEqualTo(new PoolFigures(1, 2, 0, 1, 1, 1, 0, Map.of("w1", 2L), false));
                WorkerInfo member = caller.overview.workers().getFirst();
                assertThat(member.id()).isEqualTo("w1");
                assertThat(member.node()).isEqualTo("node of w1");
                assertThat(member.since()).isAfter(before);
                assertThat(member.jobs()).isEqualTo(2);
                assertThat(member.leaving()).isTrue();
                assertThat(member.lease()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
            }
        }
    }

    @PulseTest
    void thousandsOfJobsAreListedInSteps(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool, Caller.LONG, WIDE);
                HandWorker first = HandWorker.join(redis.uri(), pool, "w1");
                HandWorker second = HandWorker.join(redis.uri(), pool, "w2")) {
            first.starts = HandWorker.Starts.LEAVE;
            second.starts = HandWorker.Starts.LEAVE;
            Set<String> keys = new HashSet<>();
            List<Call<JobScripts.Admission>> calls = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                String key = "job" + i;
                keys.add(key);
                // every third waits
                String owner = i % 3 == 0 ? "" : "w" + i % 3;
                var job = ScriptPool.job(key, "id" + i, "", bytes(key), "", 1, Duration.ZERO, false);
                calls.add(Call.begin(() -> caller.pool()
                        .jobs()
                        .admit(caller.redis, caller.pool().ring().version() + 2, owner, "", job)));
            }
            for (Call<JobScripts.Admission> call : calls) {
                assertThat(call.get()).isNotInstanceOf(RingChanged.class);
            }
            List<JobInfo> jobs = caller.listing.jobs();
            assertThat(jobs.stream().map(JobInfo::key).collect(Collectors.toSet()))
                    .isEqualTo(keys);
            assertThat(jobs).hasSize(3_000);
            assertThat(caller.overview.figures().owned()).isEqualTo(Map.of("w1", 1_000L, "w2", 1_000L));
            assertThat(caller.overview.figures().waiting()).isEqualTo(1_000);
            assertThat(caller.overview.workers().stream().map(WorkerInfo::id)).containsExactly("w1", "w2");
        }
    }

    @PulseTest
    void nonsenseAmongTheKeysIsPassedOver(TestRedis redis, Prefix prefix) throws Throwable {
        String pool = prefix.name("p");
        try (Caller caller = Caller.of(redis.uri(), pool);
                HandWorker worker = HandWorker.join(redis.uri(), pool, "w1");
                RespClient raw = redis.client()) {
            caller.dispatching.dispatch(request("job"));
            var keys = caller.pool().keys();
            raw.call("SET", keys.job("text"), "no hash");
            raw.call("HSET", keys.job("odd"), "id", "x", "st", "odd");
            raw.call("HSET", keys.job("number"), "id", "x", "st", "running", "o", "w1", "t", "none");
            raw.call("SADD", keys.owned("w1"), "text", "odd", "number", "absent");
            assertThat(caller.listing.jobs().stream().map(JobInfo::key)).containsExactly("job");
            assertThat(worker.has("job")).isTrue();
        }
    }
}
