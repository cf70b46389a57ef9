package dev.pulse;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.module.ModuleDescriptor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import java.util.Timer;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.UnifiedJedis;

/** Which package may use what. */
class ArchitectureTest {
    private static final String TASK = "dev.pulse.task..";
    private static final String REDIS = "dev.pulse.redis..";
    private static final String WIRE = "dev.pulse.wire..";
    private static final String STREAM = "dev.pulse.stream..";
    private static final String MAP = "dev.pulse.map..";
    private static final String EMBEDDED = "dev.pulse.embedded..";

    private static final JavaClasses ENGINE = engine();

    private static JavaClasses engine() {
        try {
            return new ClassFileImporter()
                    .importPath(Path.of(Pulse.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void dependenciesPointOneWay() {
        assertThat(ENGINE).isNotEmpty();
        refuse(TASK, REDIS, WIRE, STREAM, MAP, EMBEDDED);
        refuse(REDIS, WIRE, STREAM, MAP, EMBEDDED);
        refuse(WIRE, TASK, REDIS, "dev.pulse.stream.internal..", MAP, EMBEDDED);
        refuse(STREAM, MAP, EMBEDDED);
        // values have the codecs of streams' payloads
        refuse(MAP, "dev.pulse.stream.internal..", EMBEDDED);
        refuse(EMBEDDED, TASK, REDIS, WIRE, STREAM, MAP);
    }

    private static void refuse(String from, String... to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(to)
                .check(ENGINE);
    }

    @Test
    void onlyTheRedisPackageKnowsJedisAndPulseTheNameOfItsClients() {
        noClasses()
                .that()
                .resideOutsideOfPackage(REDIS)
                .should()
                .dependOnClassesThat(resideInAnyPackage("redis.clients..", "org.apache.commons.pool2..")
                        .and(not(equivalentTo(UnifiedJedis.class))))
                .check(ENGINE);
        noClasses()
                .that()
                .resideOutsideOfPackage(REDIS)
                .and()
                .doNotBelongToAnyOf(Pulse.class)
                .should()
                .dependOnClassesThat(resideInAnyPackage("redis.clients..", "org.apache.commons.pool2.."))
                .check(ENGINE);
    }

    @Test
    void onlyTheTaskPackageAndTheEmbeddedRedisStartThreads() {
        noClasses()
                .that()
                .resideOutsideOfPackages(TASK, EMBEDDED)
                .should()
                .callMethod(Thread.class, "ofVirtual")
                .orShould()
                .callMethod(Thread.class, "ofPlatform")
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .callMethod(Thread.class, "start")
                .orShould()
                .callConstructorWhere(DescribedPredicate.describe(
                        "a thread is made", call -> call.getTargetOwner().isAssignableTo(Thread.class)))
                .orShould()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are executors or timers",
                        type -> type.isEquivalentTo(Executors.class)
                                || type.isAssignableTo(Executor.class)
                                || type.isEquivalentTo(Timer.class)))
                .check(ENGINE);
    }

    @Test
    void onlyTheTaskPackageAndTheEmbeddedRedisSleepAndOnlyTheLaneParks() {
        noClasses()
                .that()
                .resideOutsideOfPackages(TASK, EMBEDDED)
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a thread sleeps",
                        call -> call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getName().equals("sleep")))
                .check(ENGINE);
        noClasses()
                .that()
                .resideOutsideOfPackages(TASK, EMBEDDED)
                .and()
                .doNotHaveFullyQualifiedName("dev.pulse.redis.Lane")
                .and()
                .doNotHaveFullyQualifiedName("dev.pulse.redis.Deadlines")
                .and()
                .doNotHaveFullyQualifiedName("dev.pulse.redis.Call")
                .and()
                .doNotHaveFullyQualifiedName("dev.pulse.redis.Guard")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(LockSupport.class)
                .check(ENGINE);
    }

    @Test
    void noMonitorPinsAVirtualThreadToItsCarrier() {
        Set<String> monitors = ENGINE.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
                .map(JavaMember::getFullName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(monitors).isEmpty();
    }

    @Test
    void whatIsExportedShowsOnlyWhatIsExported() {
        Set<String> exported = exportedPackages();
        assertThat(exported)
                .contains("dev.pulse", "dev.pulse.stream", "dev.pulse.map")
                .doesNotContain("dev.pulse.redis");
        Set<String> leaks = ENGINE.stream()
                .filter(type -> exported.contains(type.getPackageName()))
                .filter(ArchitectureTest::isSeen)
                .flatMap(type -> shown(type)
                        .flatMap(seen -> seen.getAllInvolvedRawTypes().stream())
                        .filter(seen -> seen.getPackageName().startsWith("dev.pulse"))
                        .filter(seen -> !exported.contains(seen.getPackageName()))
                        .map(seen -> type.getName() + " shows " + seen.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(leaks).isEmpty();
    }

    private static Set<String> exportedPackages() {
        return Pulse.class.getModule().getDescriptor().exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toSet());
    }

    private static boolean isSeen(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isSeen).orElse(true);
    }

    private static boolean isSeen(JavaMember member) {
        return member.getModifiers().contains(JavaModifier.PUBLIC)
                || member.getModifiers().contains(JavaModifier.PROTECTED);
    }

    private static Stream<JavaType> shown(JavaClass type) {
        Stream<JavaType> fields =
                type.getFields().stream().filter(ArchitectureTest::isSeen).map(JavaField::getType);
        Stream<JavaType> units =
                type.getCodeUnits().stream().filter(ArchitectureTest::isSeen).flatMap(ArchitectureTest::shown);
        Stream<JavaType> parents = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        return Stream.of(fields, units, parents).flatMap(all -> all);
    }

    private static Stream<JavaType> shown(JavaCodeUnit unit) {
        Stream<JavaType> thrown = unit.getThrowsClause().getTypes().stream().map(type -> type);
        return Stream.of(unit.getParameterTypes().stream(), Stream.of(unit.getReturnType()), thrown)
                .flatMap(all -> all);
    }
}
