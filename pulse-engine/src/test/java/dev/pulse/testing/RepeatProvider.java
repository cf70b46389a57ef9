package dev.pulse.testing;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Runs a {@link PulseTest} {@code pulse.repeat} times. */
public final class RepeatProvider implements TestTemplateInvocationContextProvider {
    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        int runs = runs();
        String method = context.getDisplayName();
        return IntStream.rangeClosed(1, runs).mapToObj(run -> new TestTemplateInvocationContext() {
            @Override
            public String getDisplayName(int invocationIndex) {
                return runs == 1 ? method : method + ", run " + run + " of " + runs;
            }
        });
    }

    /** How often each test is to run. */
    public static int runs() {
        String property = System.getProperty("pulse.repeat", "1");
        int runs = property.matches("\\d{1,6}") ? Integer.parseInt(property) : 0;
        if (runs == 0) {
            throw new IllegalArgumentException("pulse.repeat is 1 to 999999, was " + property);
        }
        return runs;
    }
}
