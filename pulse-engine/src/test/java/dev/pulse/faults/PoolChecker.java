package dev.pulse.faults;

import static dev.pulse.faults.Checker.BUSY;

import dev.pulse.faults.JobStep.Did;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds the history of a pool, and what Redis has of it at the end, against the promises. The load has come to rest: whatever
 * is still to come would have come.
 */
final class PoolChecker {
    private static final Duration TAKEN_OVER = Duration.ofSeconds(2);
    private static final Duration RECOVERED = Duration.ofSeconds(5);

    private final List<JobStep> steps;
    private final Duration lease;
    private final Map<String, PoolRecord> records;
    private final List<JobRun> runs;
    private final Map<String, JobFate> fates;
    private final PoolTroubles troubles;
    private final Violations violations = new Violations();
    private long overlaps;
    private Duration overlap = Duration.ZERO;
    private Duration takeover = Duration.ZERO;
    private Duration recovery = Duration.ZERO;

    /**
     * A checker.
     *
     * @param records the jobs by their keys
     */
    PoolChecker(List<JobStep> steps, Duration lease, Map<String, PoolRecord> records) {
        this.steps =
                steps.stream().sorted(Comparator.comparingLong(JobStep::micros)).toList();
        this.lease = lease;
        this.records = records;
        this.runs = JobRun.in(this.steps);
        this.fates = JobFate.in(this.steps);
        this.troubles = new PoolTroubles(this.steps);
    }

    Findings check() {
        begunOncePerToken();
        byKey().values().forEach(this::inOnePlace);
        takenOverInTime();
        noneLost();
        stoppedForGood();
        toldAsItIs();
        recoveredInTime();
        return new Findings(runs.size(), overlaps, takeover, recovery, overlap, violations.all());
    }

    /** Whether what runs is what Redis has, and nothing is left to do. */
    boolean rests() {
        Map<String, JobRun> open = new HashMap<>();
        return runs.stream().filter(JobRun::isOpen).allMatch(run -> open.put(run.key(), run) == null)
                && records.keySet().equals(open.keySet())
                && records.entrySet().stream()
                        .allMatch(record -> record.getValue().isOf(Objects.requireNonNull(open.get(record.getKey()))));
    }

    private Map<String, List<JobRun>> byKey() {
        return runs.stream().collect(Collectors.groupingBy(JobRun::key, LinkedHashMap::new, Collectors.toList()));
    }

    private List<JobRun> openAt(String who, long micros) {
        return runs.stream()
                .filter(run -> run.who().equals(who) && run.begun() <= micros && run.end() >= micros)
                .toList();
    }

    /** P6: a hand-out is one. */
    private void begunOncePerToken() {
        Set<String> begun = new HashSet<>();
        violations.add(
                "P6 begun twice under one token",
                runs.stream()
                        .filter(run -> !begun.add(run.key() + " " + run.token()))
                        .toList());
    }

    /** P6: runs of a key follow one another; but for those whose lease was lost, which have the smaller token. */
    private void inOnePlace(List<JobRun> key) {
        List<String> beside = new ArrayList<>();
        List<String> tooLong = new ArrayList<>();
        List<String> backwards = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            JobRun newer = key.get(i);
            for (JobRun older : key.subList(0, i)) {
                if (older.token() > newer.token() && !troubles.mayHaveLostLease(newer)) {
                    backwards.add(older + " before " + newer);
                }
                if (older.end() <= newer.begun()) {
                    continue;
                }
                JobRun stale = older.token() < newer.token() ? older : newer;
                JobRun valid = stale == older ? newer : older;
                if (!troubles.mayHaveLostLease(stale)) {
                    beside.add(older + " beside " + newer);
                    continue;
                }
                overlaps++;
                long from = troubles.awakeAfter(stale.who(), newer.begun());
                Duration both = Duration.ofNanos((Math.min(stale.end(), valid.end()) - from) * 1_000);
                overlap = Findings.longer(overlap, both);
                if (both.compareTo(PoolTerms.STOP_TIMEOUT.plus(BUSY)) > 0) {
                    tooLong.add(older + " beside " + newer);
                }
            }
        }
        violations.add("P6 in two places under a lease", beside);
        violations.add("P6 in two places for too long", tooLong);
        violations.add("P6 begun with a token that is not greater", backwards);
    }

    /** P7: what a worker had that died begins again elsewhere, in time. */
    private void takenOverInTime() {
        Map<String, List<JobRun>> byJob = runs.stream().collect(Collectors.groupingBy(JobRun::job));
        List<String> broken = new ArrayList<>();
        for (JobStep dead : steps) {
            if (dead.did() != Did.KILLED && dead.did() != Did.PAUSED) {
                continue;
            }
            for (JobRun run : openAt(dead.who(), dead.micros())) {
                byJob.getOrDefault(run.job(), List.of()).stream()
                        .filter(next -> next.token() > run.token())
                        .findFirst()
                        .ifPresent(next -> {
                            long from = troubles.lastBefore(next.begun());
                            Duration waited = Duration.ofNanos((next.begun() - Math.max(from, dead.micros())) * 1_000);
                            takeover = Findings.longer(takeover, waited);
                            if (waited.compareTo(lease.plus(TAKEN_OVER).plus(BUSY)) > 0) {
                                broken.add(run + " then " + next);
                            }
                        });
            }
        }
        violations.add("P7 taken over too late", broken);
    }

    /** P7: what has begun, and nobody stopped, runs at the end; and nothing runs that Redis does not know. */
    private void noneLost() {
        Map<String, JobRun> open =
                runs.stream().filter(JobRun::isOpen).collect(Collectors.toMap(JobRun::job, run -> run, (a, b) -> b));
        violations.add(
                "P7 lost",
                fates.values().stream()
                        .filter(fate -> fate.isToRun() && !mayBeForgotten(fate))
                        .filter(fate -> {
                            JobRun run = open.get(fate.job());
                            PoolRecord record = records.get(fate.key());
                            return run == null || record == null || !record.isOf(run);
                        })
                        .map(fate -> fate.dispatch() + ", runs as " + open.get(fate.job()) + ", in Redis "
                                + records.get(fate.key()))
                        .toList());
        violations.add(
                "P6 runs, and is not in Redis",
                open.values().stream()
                        .filter(run -> !records.containsKey(run.key())
                                || !records.get(run.key()).isOf(run))
                        .map(run -> run + ", in Redis " + records.get(run.key()))
                        .toList());
        violations.add(
                "P7 accepted, and then there was none",
                steps.stream()
                        .filter(step -> step.did() == Did.NONE)
                        .filter(step -> {
                            JobFate fate = Objects.requireNonNull(fates.get(step.job()));
                            // of one that was forgotten nobody knows until its worker has said it again
                            return fate.isAccepted()
                                    && fate.stops() == 1
                                    && troubles.forgettingOf(fate.dispatch())
                                            .findAny()
                                            .isEmpty()
                                    && !troubles.mayBeShutDown(fate.dispatch(), step)
                                    && !mayHaveRemovedIt(Objects.requireNonNull(fate.stopping()), step);
                        })
                        .toList());
    }

    /** Whether a stop whose reply was lost may have removed the job, and was asked for again: a worker would have told. */
    private boolean mayHaveRemovedIt(JobStep stopping, JobStep none) {
        return troubles.mayHaveLostReply(stopping, none)
                && runs.stream().noneMatch(run -> run.job().equals(none.job()) && run.isOpenAt(stopping.micros()));
    }

    /** Whether Redis forgot it when it ran nowhere, so that nobody could say that it is there. */
    private boolean mayBeForgotten(JobFate fate) {
        return troubles.forgettingOf(fate.dispatch())
                .anyMatch(forgot ->
                        runs.stream().noneMatch(run -> run.job().equals(fate.job()) && run.isOpenAt(forgot.micros())));
    }

    /** Whether Redis forgot what it was to know of the job's id. */
    private boolean mayBeginAnew(JobFate fate) {
        JobStep over = fate.over();
        return Stream.of(fate.dispatch(), over == null ? fate.dispatch() : over)
                .flatMap(troubles::forgettingOf)
                .findAny()
                .isPresent();
    }

    /** P8, P17: what has ended never begins again, whoever dispatches it once more; nor what was refused. */
    private void stoppedForGood() {
        List<String> begun = new ArrayList<>();
        List<String> goingOn = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (JobRun run : runs) {
            JobFate fate = fates.get(run.job());
            if (fate == null) {
                throw new IllegalStateException("never dispatched: " + run);
            }
            if (fate.isRefused()) {
                refused.add(run.toString());
            }
            JobStep over = fate.over();
            if (over == null || run.end() <= over.micros() || troubles.mayHaveLostLease(run) || mayBeginAnew(fate)) {
                continue;
            }
            (run.begun() > over.micros() ? begun : goingOn).add(over + ", but " + run);
        }
        violations.add("P8 begun again after it had ended", begun);
        violations.add("P8 goes on after it was told as ended", goingOn);
        violations.add("P17 told as not accepted, and begun", refused);
    }

    /** P17: what callers are told of jobs is what became of them. */
    private void toldAsItIs() {
        Set<String> unsure = new HashSet<>();
        List<JobStep> exist = new ArrayList<>();
        List<JobStep> failed = new ArrayList<>();
        List<JobStep> repeated = new ArrayList<>();
        Set<String> ran = new HashSet<>();
        for (JobStep step : steps) {
            JobFate fate = fates.get(step.job());
            if (fate == null || troubles.haveForgetting() || troubles.mayBeShutDown(fate.dispatch(), step)) {
                continue;
            }
            switch (step.did()) {
                case UNKNOWN -> unsure.add(step.key());
                case EXISTS -> {
                    if (!unsure.contains(step.key())) {
                        exist.add(step);
                    }
                }
                case FAILED -> {
                    if (!PoolLoad.isToFail(step.job())) {
                        failed.add(step);
                    }
                }
                case RUNS -> ran.add(step.job());
                case REPEATED -> {
                    if (!isRight(step, fate, ran.contains(step.job()))) {
                        repeated.add(step);
                    }
                }
                default -> {}
            }
        }
        violations.add("P8 stopped, and still there", exist);
        violations.add("P17 told as failed, which it did not", failed);
        violations.add("P17 told otherwise when dispatched once more", repeated);
    }

    /** Once it has begun that is what is told of it, however it ended; of one that ended before, that it never does. */
    private static boolean isRight(JobStep repeated, JobFate fate, boolean ran) {
        JobStep over = fate.over();
        boolean ended = over != null && over.micros() < repeated.micros();
        return switch (repeated.note()) {
            case PoolLoad.STARTED -> ran || !ended;
            case PoolLoad.ENDED -> ended && !fate.isAccepted();
            default -> false;
        };
    }

    /** P11: something that was dispatched after the end of a fault begins. */
    private void recoveredInTime() {
        List<String> broken = new ArrayList<>();
        for (JobStep healed : steps) {
            if (healed.did() != Did.HEALED) {
                continue;
            }
            steps.stream()
                    .filter(step -> step.micros() > healed.micros())
                    .filter(step -> step.did() == Did.BROKEN
                            || (step.did() == Did.ACCEPTED
                                    && Objects.requireNonNull(fates.get(step.job()))
                                                    .dispatch()
                                                    .micros()
                                            > healed.micros()))
                    .findFirst()
                    .filter(step -> step.did() == Did.ACCEPTED)
                    .ifPresent(step -> {
                        Duration waited = Duration.ofNanos((step.micros() - healed.micros()) * 1_000);
                        recovery = Findings.longer(recovery, waited);
                        if (waited.compareTo(RECOVERED.plus(BUSY)) > 0) {
                            broken.add(healed + " … " + step);
                        }
                    });
        }
        violations.add("P11 recovered too late", broken);
    }
}
