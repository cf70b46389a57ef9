package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.RedisUnavailableException;
import dev.pulse.testing.PulseTest;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WrongOptionsTest extends RoutesTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pulse-stream:o?startAt=2026-01-31      | was "2026-01-31"
            pulse-stream:o?blockTime=1m            | blockTime is PT0.001S to PT6S, was PT1M
            pulse-sink:o/m?commandTimeout=1ms     | commandTimeout is PT0.01S to PT1M, was PT0.001S
            pulse-stream:o?connectTimeout=2m       | connectTimeout is PT0.01S to PT1M, was PT2M
            pulse-stream:o?maxPayloadBytes=0       | maxPayloadBytes is 1 to 536870912, was 0
            pulse-pool:p?maxHeaderBytes=1073741824 | maxHeaderBytes is 1 to 536870912, was 1073741824
            pulse-stream:o?operation=changeRetention | operation changeRetention needs an option that says what to retain
            pulse-stream:o?eventName=              | event name
            pulse-stream:o?topic=a&topicPattern=b  | a consumer has a topic or a topicPattern, was "a" and "b"
            pulse-stream:o?topicPattern=RAW(()     | topic pattern is a regular expression, was "("
            pulse-stream:o?filter=RAW(${body} ==)  | filter is a reference to a bean or in the simple language
            pulse-stream:o?concurrentConsumers=0   | concurrentConsumers is 1 to 100000, was 0
            pulse-stream:o?batchTimeout=2h         | batchTimeout is PT0.001S to PT1H, was PT2H
            pulse-stream:o?batchTimeout=2s         | batchTimeout is for batching=true, was PT2S
            pulse-stream:o?offsetKey=a             | offsetKey is for an offsetRepository, was "a" without
            pulse-stream:o?maxLength=5&unbounded=true | a stream has a maxLength or is unbounded, was 5 and true
            pulse-stream:o?maxLength=0             | maxLength is 1 or more, was 0
            pulse-stream:o?unbounded=true&approximateTrimming=true | approximate trimming needs a maxLength
            pulse-stream:o?ttl=0                   | ttl is PT0.001S to PT876000H, was PT0S
            pulse-stream:o?ttl=1h&slidingTtl=2h    | a stream has one of ttl, sliding ttl and deadline
            pulse-stream:o?deadline=soon           | deadline is an ISO time such as 2030-01-31T10:15:30Z, was "soon"
            pulse-stream:o?deadline=2020-01-01T00:00:00Z | deadline is in the future, was 2020-01-01T00:00:00Z
            pulse-stream:o?operation=addOnce&onceWindow=1ms | onceWindow is PT1S to PT168H, was PT0.001S
            pulse-stream:o?onceKey=a               | onceKey is for operation addOnce, was a with ADD
            pulse-stream:o?codec=xml               | codec is bytes, string, json or a reference
            pulse-stream:o?codec=json&payloadType=no.such.Type | payloadType is the name of a class, was "no.such.Type"
            pulse-map:m?kinds=set,put              | kinds are del, destroy, reset, set, with commas between, was "set,put"
            pulse-map:m?keys=RAW(()                | keys is a regular expression, was "("
            pulse-map:m?backlog=0                  | backlog is 1 to 100000, was 0
            pulse-map:m?coalesce=false&backlog=5   | backlog is for coalesce=true, was 5
            pulse-map:m?ttl=1h&slidingTtl=2h       | a map has a ttl or a slidingTtl, was PT1H and PT2H
            pulse-map:m?ttl=0                      | ttl is PT0.001S to PT876000H, was PT0S
            pulse-map:m?checkPeriod=1ms            | checkPeriod is PT0.05S to PT1H, was PT0.001S
            pulse-map:m?checkPeriod=2m             | stalenessBound is longer than checkPeriod
            pulse-map:m?key=RAW(${body)            | key is a reference to a bean or in the simple language
            pulse-map:m?codec=xml                  | codec is bytes, string, json or a reference
            pulse-pool:p?on=start,end              | on is message, notify, start, stop, with commas between, was "start,end"
            pulse-pool:p?mode=task&on=start,stop   | on is for mode=service, was "start,stop"
            pulse-pool:p?attempts=0                | attempts is 1 to 1000, was 0
            pulse-pool:p?onFailure=dead            | onFailure is for mode=task, was DEAD
            pulse-pool:p?mode=task&backoff=2h      | backoff is PT0.001S to PT1H, was PT2H
            pulse-pool:p?mode=task&maxBackoff=1ms  | maxBackoff is PT1S to PT24H, was PT0.001S
            pulse-pool:p?delay=-1                  | delay is PT0S to PT8760H, was PT-0.001S
            pulse-pool:p?operation=deadJobs&limit=0 | limit is 1 to 1000, was 0
            pulse-pool:p?ticker=a&schedule=b&period=1s | a consumer has a ticker or a schedule, was "a" and "b"
            pulse-pool:p?ticker=&period=1s         | length of ticker is 1 to 512, was 0
            pulse-pool:p?ticker=a                  | a ticker or a schedule has a period or a cron, was neither
            pulse-pool:p?schedule=a&period=1s&cron=* * * * * | a ticker or a schedule has a period or a cron, was PT1S and "* * * * *"
            pulse-pool:p?ticker=a&period=1ms       | period is PT0.1S to PT8760H, was PT0.001S
            pulse-pool:p?ticker=a&cron=daily       | "daily"
            pulse-pool:p?ticker=a&cron=0 8 * * *&timeZone=Mars | timeZone is the name of a time zone, such as Europe/Stockholm, was "Mars"
            pulse-pool:p?period=1s                 | period is for a ticker or a schedule, was 1000 without
            pulse-pool:p?cron=0 8 * * *            | cron is for a ticker or a schedule, was 0 8 * * * without
            pulse-pool:p?schedule=a&period=1s&missed=all | missed is for a ticker, was ALL without
            pulse-pool:p?ticker=a&period=1s&stopOthers=false | stopOthers is for a schedule, was false without
            pulse-pool:p?ticker=a&period=1s&mode=task | mode and on are for a worker
            pulse-pool:p?schedule=a&period=1s&on=stop | mode and on are for a worker
            pulse-pool:p?maxJobs=0                 | maxJobs is 1 to 2147483647, was 0
            pulse-pool:p?startTimeout=1ms          | startTimeout is PT0.01S to PT1H, was PT0.001S
            pulse-pool:p?handOverTimeout=2h        | handOverTimeout is PT0S to PT1H, was PT2H
            pulse-pool:p?operation=changeSettings  | operation changeSettings needs an option that says what to change
            pulse-pool:p?operation=changeSettings&queueLimit=0 | queueLimit is 1 to 1000000, was 0
            pulse-pool:p?lease=100ms               | lease is PT0.5S to PT1H, was PT0.1S
            pulse-pool:p?stopTimeout=2h            | stopTimeout is PT0.01S to PT1H, was PT2H
            pulse-pool:p?queueLimit=0              | queueLimit is 1 to 1000000, was 0
            pulse-pool:p?outcomeRetention=1ms      | outcomeRetention is PT1S to PT168H, was PT0.001S
            pulse-pool:p?deadRetention=1ms         | deadRetention is PT1S to PT8760H, was PT0.001S
            pulse-pool:p?deadLimit=0               | deadLimit is 1 to 1000000, was 0
            pulse-pool:p?dispatchTimeout=2h        | dispatchTimeout is PT0.01S to PT1H, was PT2H
            pulse-pool:p?key=RAW(${body)           | key is a reference to a bean or in the simple language
            pulse-pool:p?dispatchId=RAW(${body)    | dispatchId is a reference to a bean or in the simple language
            pulse-pool:p?codec=xml                 | codec is bytes, string, json or a reference
            """)
    void wrongOptionIsNamedWhenTheEndpointIsMade(String uri, String message) {
        assertThatThrownBy(() -> context.getEndpoint(uri))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining(message);
    }

    @PulseTest
    void wrongStreamNameStopsTheRouteFromStarting() {
        assertThatThrownBy(() -> route(r -> r.from("pulse-sink:orders*/mails").to("mock:end")))
                .isInstanceOf(FailedToStartRouteException.class)
                .hasMessageContaining("stream name has none of space, NUL, *");
    }

    @PulseTest
    void startOfAContextNamesTheRouteAndWhatIsWrong() throws Exception {
        try (CamelContext another = createCamelContext()) {
            another.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("pulse-stream:orders*").routeId("all").to("mock:end");
                }
            });
            assertThatThrownBy(another::start)
                    .isInstanceOf(FailedToStartRouteException.class)
                    .hasMessageContaining("all")
                    .hasMessageContaining("stream name has none of space");
        }
    }

    @PulseTest
    void redisThatIsNotThereStopsTheRouteFromStarting() {
        assertThatThrownBy(() -> route(r -> r.from("pulse-sink:orders/mails?uri=redis://localhost:1")
                        .to("mock:end")))
                .isInstanceOf(FailedToStartRouteException.class)
                .hasCauseInstanceOf(RedisUnavailableException.class)
                .hasMessageContaining("localhost:1");
    }

    @PulseTest
    void wrongUriIsToldWithoutItsPassword() {
        assertThatThrownBy(() -> route(r -> r.from("pulse-sink:orders/mails?uri=RAW(http://a:s3cret@localhost)")
                        .to("mock:end")))
                .isInstanceOf(FailedToStartRouteException.class)
                .hasMessageContaining("Redis URI begins with redis://, rediss:// or embedded:")
                .extracting(e -> {
                    var trace = new StringWriter();
                    e.printStackTrace(new PrintWriter(trace));
                    return trace.toString();
                })
                .asString()
                .doesNotContain("s3cret");
    }

    @PulseTest
    void sslContextParametersAreForATlsUri() {
        context.getRegistry().bind("trust", new SSLContextParameters());
        assertThatThrownBy(() -> context.getEndpoint(
                        "pulse-stream:o?sslContextParameters=#trust&uri=redis://ann:s3cret@localhost"))
                .hasMessageContaining("sslContextParameters are for a uri with TLS, such as rediss://host:6379,"
                        + " was redis://localhost")
                .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"uri=redis://ann:s3cret@localhost", "uri=RAW(redis://ann:s3cret@localhost)", "password=s3cret"})
    void secretsShowInNoTextOfAnEndpoint(String option) throws Exception {
        var endpoint = context.getEndpoint("pulse-sink:orders/mails?" + option);
        assertThat(endpoint.toString()).doesNotContain("s3cret");
        assertThat(endpoint.createConsumer(exchange -> {}).toString()).doesNotContain("s3cret");
        assertThatThrownBy(() -> context.getEndpoint("pulse-sink:orders?" + option))
                .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cret"));
    }
}
