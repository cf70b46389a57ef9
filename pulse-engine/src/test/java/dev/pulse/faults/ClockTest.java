package dev.pulse.faults;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static dev.pulse.faults.Promise.P6;
import static dev.pulse.faults.Promise.P7;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The clock of a machine that runs a pool may be an hour off, or step back: nothing there reads it. What is compared with
 * others is the time of Redis, what is waited for is measured by a clock that only goes forward.
 */
class ClockTest {
    private static final Set<Class<?>> CLOCKS = Set.of(Clock.class, InstantSource.class, Date.class);

    @Test
    @Attacks(
            value = {P6, P7},
            by = Fault.F17)
    void noPoolReadsTheClockOfItsMachine() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.pulse.pool..", "dev.pulse.redis..", "dev.pulse.wire..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "a clock is read",
                        call -> call.getName().equals("now")
                                && call.getTargetOwner().getPackageName().equals(Instant.class.getPackageName())))
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are clocks", type -> CLOCKS.stream().anyMatch(type::isEquivalentTo)))
                .check(new ClassFileImporter(List.of(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS))
                        .importPackages("dev.pulse.pool", "dev.pulse.redis", "dev.pulse.wire"));
    }
}
