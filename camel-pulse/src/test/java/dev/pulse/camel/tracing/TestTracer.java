package dev.pulse.camel.tracing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.telemetry.Span;
import org.apache.camel.telemetry.SpanContextPropagationExtractor;
import org.apache.camel.telemetry.SpanContextPropagationInjector;
import org.apache.camel.telemetry.SpanLifecycleManager;
import org.apache.camel.telemetry.Tracer;

/** A tracer that keeps the spans it made; its context travels as that of W3C does. */
final class TestTracer extends Tracer {
    private static final String HEADER = "traceparent";

    private final List<TestSpan> spans = new CopyOnWriteArrayList<>();

    record TestSpan(String name, String trace, String id, Map<String, String> tags) implements Span {
        @Override
        public void log(Map<String, String> fields) {
            // nobody asks for them
        }

        @Override
        public void setTag(String key, String value) {
            tags.put(key, value);
        }

        @Override
        public void setComponent(String component) {
            tags.put("component", component);
        }

        @Override
        public void setError(boolean error) {
            tags.put("error", Boolean.toString(error));
        }
    }

    /** The spans of what was sent to, or received from, endpoints of this scheme. */
    List<TestSpan> of(String scheme, String operation) {
        return spans.stream()
                .filter(span -> span.tags().getOrDefault("component", "").endsWith(scheme)
                        && operation.equals(span.tags().get("op")))
                .toList();
    }

    @Override
    protected void initTracer() {
        setSpanLifecycleManager(new SpanLifecycleManager() {
            @Override
            public Span create(String name, Span parent, SpanContextPropagationExtractor extractor) {
                String id = "%016x".formatted(spans.size() + 1);
                TestSpan span = new TestSpan(name, trace(parent, extractor, id), id, new ConcurrentHashMap<>());
                spans.add(span);
                return span;
            }

            @Override
            public void activate(Span span) {
                // no thread has a current span here
            }

            @Override
            public void deactivate(Span span) {
                // the same
            }

            @Override
            public void close(Span span) {
                // it is kept
            }

            @Override
            public void inject(Span span, SpanContextPropagationInjector injector, boolean all) {
                TestSpan own = (TestSpan) span;
                injector.put(HEADER, "00-" + own.trace() + "-" + own.id() + "-01");
            }
        });
    }

    private static String trace(Span parent, SpanContextPropagationExtractor extractor, String id) {
        if (parent instanceof TestSpan span) {
            return span.trace();
        }
        Object header = extractor.get(HEADER);
        return header == null ? "0000000000000000" + id : header.toString().split("-")[1];
    }
}
