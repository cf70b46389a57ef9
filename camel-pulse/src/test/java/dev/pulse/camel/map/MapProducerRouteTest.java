package dev.pulse.camel.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import dev.pulse.MapValueException;
import dev.pulse.camel.PulseConstants;
import dev.pulse.camel.RoutesTest;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.PulseTest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.RuntimeCamelException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** Each operation, by option or header, with keys and values from wherever they can be. */
class MapProducerRouteTest extends RoutesTest {
    private ReplicatedMap<String> map;

    @BeforeEach
    void join() throws InterruptedException {
        map = pulse.map(stream, Codecs.string());
    }

    private Exchange send(String options, @Nullable Object body, Map<String, Object> headers) {
        return template.send("pulse-map:" + stream + options, e -> {
            e.setPattern(ExchangePattern.InOnly);
            e.getIn().setBody(body);
            e.getIn().getHeaders().putAll(headers);
        });
    }

    private Exchange send(String options, @Nullable Object body) {
        Exchange exchange = send(options, body, Map.of());
        assertThat(exchange.getException()).isNull();
        return exchange;
    }

    private @Nullable Object ask(String options, @Nullable Object body) {
        return template.requestBody("pulse-map:" + stream + options, body);
    }

    private static @Nullable Boolean changed(Exchange exchange) {
        return exchange.getMessage().getHeader(PulseConstants.CHANGED, Boolean.class);
    }

    @PulseTest
    void setTellsThePreviousValueInAHeaderAndLeavesTheBody() throws Exception {
        Exchange first = send("?operation=set&key=a&codec=string", "1");
        assertThat(first.getMessage().getBody()).isEqualTo("1");
        assertThat(first.getMessage().getHeader(PulseConstants.OLD_VALUE)).isNull();
        Exchange second = send("?operation=set&key=a&codec=string", "2");
        assertThat(second.getMessage().getBody()).isEqualTo("2");
        assertThat(second.getMessage().getHeader(PulseConstants.OLD_VALUE)).isEqualTo("1");
        assertThat(ask("?operation=set&key=a&codec=string", "3")).isEqualTo("3");
        Exchange third = send("?operation=set&key=a&codec=string&resultHeader=before", "4");
        assertThat(third.getMessage().getHeader("before")).isEqualTo("3");
        assertThat(map.getFresh("a")).contains("4");
    }

    @PulseTest
    void whatWasSetAndWaitedForIsReadLocally() {
        send("?operation=setAndWait&key=a&codec=string", "1");
        assertThat(send("?key=a&codec=string", null).getMessage().getBody()).isEqualTo("1");
        send("?operation=setAndWait&key=a&codec=string", "2");
        assertThat(ask("?key=a&codec=string", null)).isEqualTo("2");
    }

    @PulseTest
    void keyIsInTheOptionElseInTheHeaderElseInTheBody() throws Exception {
        map.setAndWait("a", "1");
        map.setAndWait("b", "2");
        map.setAndWait("c", "3");
        Exchange byOption = send("?operation=getFresh&key=a&codec=string", "c", Map.of(PulseConstants.KEY, "b"));
        assertThat(byOption.getMessage().getBody()).isEqualTo("1");
        assertThat(byOption.getMessage().getHeader(PulseConstants.KEY)).isNull();
        assertThat(send("?operation=getFresh&codec=string", "c", Map.of(PulseConstants.KEY, "b"))
                        .getMessage()
                        .getBody())
                .isEqualTo("2");
        assertThat(send("?operation=getFresh&codec=string", "c").getMessage().getBody())
                .isEqualTo("3");
    }

    @PulseTest
    void keyAndValueAreExpressions() throws Exception {
        send(
                "?operation=set&key=RAW(user-${header.id})&value=RAW(${body.length}:${header.id})&codec=string",
                "abc",
                Map.of("id", 7));
        assertThat(map.getFresh("user-7")).contains("3:7");
    }

    @PulseTest
    void valueIsInTheOptionElseInTheHeaderElseInTheBody() throws Exception {
        Exchange sent = send("?operation=set&key=a&value=1", "3", Map.of(PulseConstants.VALUE, "2"));
        assertThat(sent.getMessage().getHeader(PulseConstants.VALUE)).isNull();
        assertThat(map.getFresh("a")).contains("1");
        send("?operation=set&key=a", "3", Map.of(PulseConstants.VALUE, "2"));
        assertThat(map.getFresh("a")).contains("2");
        send("?operation=set&key=a", "3");
        assertThat(map.getFresh("a")).contains("3");
    }

    @PulseTest
    void operationInTheHeaderGoesBeforeTheOption() throws Exception {
        Exchange sent = send("?operation=get&key=a", "1", Map.of(PulseConstants.OPERATION, "setIfAbsent"));
        assertThat(changed(sent)).isTrue();
        assertThat(sent.getMessage().getHeader(PulseConstants.OPERATION)).isNull();
        assertThat(map.getFresh("a")).contains("1");
    }

    @PulseTest
    void setIfAbsentTellsWhetherItDid() throws Exception {
        assertThat(changed(send("?operation=setIfAbsent&key=a", "1"))).isTrue();
        assertThat(changed(send("?operation=setIfAbsent&key=a", "2"))).isFalse();
        assertThat(map.getFresh("a")).contains("1");
    }

    @PulseTest
    void incAddsTheAmountAndAnswersWithTheSum() {
        assertThat(ask("?operation=inc", "hits")).isEqualTo(1L);
        assertThat(ask("?operation=inc&key=hits&amount=10", null)).isEqualTo(11L);
        Exchange sent = send("?operation=inc&key=hits&resultHeader=sum", "body", Map.of(PulseConstants.AMOUNT, -1));
        assertThat(sent.getMessage().getHeader("sum")).isEqualTo(10L);
        assertThat(sent.getMessage().getBody()).isEqualTo("body");
        assertThat(sent.getMessage().getHeader(PulseConstants.AMOUNT)).isNull();
    }

    @PulseTest
    void incOfWhatIsNoNumberFailsTheExchange() throws Exception {
        map.set("a", "one");
        assertThat(send("?operation=inc&key=a", null, Map.of()).getException()).isInstanceOf(MapValueException.class);
    }

    @PulseTest
    void listsGrowByOneItemOrMany() throws Exception {
        assertThat(ask("?operation=append&key=l", "a,b")).isEqualTo(List.of("a,b"));
        assertThat(ask("?operation=append&key=l", List.of("c", 1))).isEqualTo(List.of("a,b", "c", "1"));
        Exchange same = send("?operation=appendUnique&key=l", "c");
        assertThat(changed(same)).isFalse();
        Exchange another = send("?operation=appendUnique&key=l&resultHeader=list", "d");
        assertThat(changed(another)).isTrue();
        assertThat(another.getMessage().getHeader("list")).isEqualTo(List.of("a,b", "c", "1", "d"));
        assertThat(ask("?operation=remove&key=l", List.of("a,b", "1", "d"))).isEqualTo(List.of("c"));
        assertThat(changed(send("?operation=remove&key=l", "c"))).isTrue();
        assertThat(map.getFresh("l")).isEmpty();
    }

    @PulseTest
    void testsDecideOverSettingAndDeleting() throws Exception {
        map.set("a", "1");
        assertThat(changed(send("?operation=testAndSet&key=a&testValue=2", "3")))
                .isFalse();
        assertThat(changed(send("?operation=testAndSet&key=a&testValue=1", "3")))
                .isTrue();
        assertThat(map.getFresh("a")).contains("3");
        assertThat(changed(send("?operation=testAndDelete&key=a&testValue=1", null)))
                .isFalse();
        assertThat(changed(send("?operation=testAndDelete&key=a", null, Map.of(PulseConstants.TEST_VALUE, "3"))))
                .isTrue();
        assertThat(map.getFresh("a")).isEmpty();
    }

    @PulseTest
    void testAndResetTakesOneKeyOrThoseInTheBody() throws Exception {
        map.set("a", "1");
        map.set("b", "2");
        assertThat(changed(send("?operation=testAndReset", Map.of("a", "1", "b", "3"))))
                .isFalse();
        assertThat(changed(send("?operation=testAndReset&key=a&testValue=2", null)))
                .isFalse();
        assertThat(changed(send("?operation=testAndReset", Map.of("a", "1", "b", "2"))))
                .isTrue();
        assertThat(map.getFresh("a")).isEmpty();
        map.set("a", "1");
        assertThat(changed(send("?operation=testAndReset&key=a&testValue=1", null)))
                .isTrue();
        assertThat(map.getFresh("a")).isEmpty();
    }

    @PulseTest
    void deleteTellsWhatWasThere() throws Exception {
        map.set("a", "1");
        Exchange deleted = send("?operation=delete&codec=string", "a");
        assertThat(deleted.getMessage().getHeader(PulseConstants.OLD_VALUE)).isEqualTo("1");
        assertThat(deleted.getMessage().getBody()).isEqualTo("a");
        Exchange again = send("?operation=delete&codec=string", "a");
        assertThat(again.getMessage().getHeader(PulseConstants.OLD_VALUE)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"reset", "destroy"})
    void resetAndDestroyDeleteAllKeysAndWritesGoOn(String operation) throws Exception {
        map.set("a", "1");
        map.set("b", "2");
        send("?operation=" + operation, "body");
        await().until(() -> map.size() == 0);
        send("?operation=set&key=a", "3");
        await().untilAsserted(() -> assertThat(map.snapshot()).containsExactly(entry("a", "3")));
    }

    @PulseTest
    void keysSizeAndSnapshotAreTheBody() throws Exception {
        map.set("a", "1");
        map.set("b", "{\"n\":2}");
        assertThat(ask("?operation=keys", null))
                .asInstanceOf(InstanceOfAssertFactories.ITERABLE)
                .hasSize(2);
        assertThat(send("?operation=size", null).getMessage().getBody()).isEqualTo(2);
        assertThat(send("?operation=snapshot&codec=json&payloadType=java.lang.Object", null)
                        .getMessage()
                        .getBody())
                .isEqualTo(Map.of("a", 1, "b", Map.of("n", 2)));
        Exchange sized = send("?operation=size&resultHeader=size", "body");
        assertThat(sized.getMessage().getHeader("size")).isEqualTo(2);
        assertThat(sized.getMessage().getBody()).isEqualTo("body");
    }

    @PulseTest
    void whatARouteDoesToAValueChangesNobodyElses() throws Exception {
        send("?operation=setAndWait&key=a", "1");
        byte[] value = template.requestBody("pulse-map:" + stream + "?key=a", "", byte[].class);
        value[0] = 'x';
        assertThat(ask("?key=a&codec=string", null)).isEqualTo("1");
    }

    @PulseTest
    void valueThatCannotBeDecodedFailsTheExchangeAndIsNamed() throws Exception {
        map.set("a", "{");
        for (String operation : List.of("get", "getFresh", "snapshot")) {
            assertThat(send("?key=a&codec=json&operation=" + operation, null, Map.of())
                            .getException())
                    .isInstanceOf(RuntimeCamelException.class)
                    .hasMessageContaining("value of key \"a\" in map \"" + stream + "\" cannot be decoded");
        }
    }

    @PulseTest
    void wholeMapGoesWhenItsTimeIsOver() throws Exception {
        send("?operation=set&key=a&ttl=1h", "1");
        assertThat(ttl()).isPositive();
        send("?operation=reset", null);
        send("?operation=set&key=a&slidingTtl=1", "1");
        await().until(() -> map.getFresh("a").isEmpty());
    }

    private long ttl() {
        try (Jedis jedis = jedis()) {
            return jedis.pttl("map:" + stream + ":content");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?operation=set                        | needs a key, in the option key or the header CamelPulseKey
            ?operation=get                        | needs a key, in the option key, the header CamelPulseKey or the body
            ?operation=set&key=a                  | needs a value, in the option value, the header CamelPulseValue or the
            ?operation=testAndDelete&key=a        | needs a value to test for
            ?operation=testAndReset               | no body available of type: java.util.Map
            ?operation=delete&key=                | key
            ?operation=delete&key=RAW(a=b)        | =
            """)
    void whatIsMissingOrWrongIsNamed(String options, String message) {
        assertThat(send(options, null, Map.of()).getException())
                .isNotNull()
                .message()
                .containsIgnoringCase(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ?operation=get&key=RAW(${header.none})         | needs a key
            ?operation=set&key=a&value=RAW(${header.none}) | needs a value
            """)
    void optionThatGivesNothingIsNotMadeUpForByTheBody(String options, String message) {
        assertThat(send(options, "body", Map.of()).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @PulseTest
    void mapWithAWrongNameIsNamedByTheFirstExchange() {
        assertThat(template.send("pulse-map:a*?key=a", e -> {}).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("map name");
    }

    @PulseTest
    void namesCanBeDynamic() throws Exception {
        route(r -> r.from("direct:in").toD("pulse-map:" + stream + "-${header.country}?operation=set&key=a"));
        template.sendBodyAndHeader("direct:in", "1", "country", "se");
        template.sendBodyAndHeader("direct:in", "2", "country", "no");
        template.sendBodyAndHeader("direct:in", "3", "country", "se");
        try (ReplicatedMap<String> se = pulse.map(stream + "-se", Codecs.string());
                ReplicatedMap<String> no = pulse.map(stream + "-no", Codecs.string())) {
            assertThat(se.get("a")).isEqualTo("3");
            assertThat(no.get("a")).isEqualTo("2");
        }
    }
}
