package dev.pulse.faults;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/** Gives each test that {@link Attacks} something its {@link Trial}, and the report how that went. */
final class FaultReporter implements BeforeEachCallback, ParameterResolver, TestExecutionExceptionHandler, TestWatcher {
    @Override
    public void beforeEach(ExtensionContext context) {
        Trial.begin();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Trial.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Trial.current();
    }

    /** Says how to make the same trial again. */
    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (!isDrill(context) || failure instanceof TestAbortedException) {
            throw failure;
        }
        throw new AssertionError("with -Dpulse.seed=" + Trial.current().seed() + ": " + failure.getMessage(), failure);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        report(context, null);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        report(context, cause);
    }

    private static void report(ExtensionContext context, @Nullable Throwable failure) {
        if (isDrill(context)) {
            FaultReport.addSeed(test(context), Trial.current().seed());
        }
        FaultReport.add(test(context), attacks(context), Trial.current(), failure);
    }

    private static boolean isDrill(ExtensionContext context) {
        return context.getRequiredTestMethod().isAnnotationPresent(Drill.class);
    }

    private static String test(ExtensionContext context) {
        return context.getRequiredTestClass().getSimpleName() + "."
                + context.getRequiredTestMethod().getName();
    }

    private static Attacks attacks(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), Attacks.class)
                .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), Attacks.class))
                .orElseThrow();
    }
}
