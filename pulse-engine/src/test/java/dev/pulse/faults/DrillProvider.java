package dev.pulse.faults;

import dev.pulse.testing.RepeatProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link Drill} until its time is over, at least once; {@code pulse.repeat} times where it is given no time. */
final class DrillProvider implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        boolean timed = !Trial.drillTime().isZero();
        long end = System.nanoTime() + Trial.drillTime().toNanos();
        int runs = RepeatProvider.runs();
        // asked for one after another: each is over before the next is looked for
        return Stream.iterate(1, run -> run + 1)
                .takeWhile(run -> run == 1 || (!Trial.seedIsGiven() && (timed ? System.nanoTime() < end : run <= runs)))
                .map(run -> new TestTemplateInvocationContext() {
                    @Override
                    public String getDisplayName(int invocationIndex) {
                        return context.getDisplayName() + ", trial " + run;
                    }
                });
    }
}
