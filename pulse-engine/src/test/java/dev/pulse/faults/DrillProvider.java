package dev.pulse.faults;

import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link Drill} until its time is over, at least once. */
final class DrillProvider implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        long end = System.nanoTime() + Trial.drillTime().toNanos();
        // asked for one after another: each is over before the next is looked for
        return Stream.iterate(1, run -> run + 1)
                .takeWhile(run -> run == 1 || (!Trial.seedIsGiven() && System.nanoTime() < end))
                .map(run -> new TestTemplateInvocationContext() {
                    @Override
                    public String getDisplayName(int invocationIndex) {
                        return context.getDisplayName() + ", trial " + run;
                    }
                });
    }
}
