package dev.pulse.camel.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.stream.SinkOptions;
import org.apache.camel.CamelContext;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkConfigurationTest {
    private final CamelContext context = new DefaultCamelContext();

    @AfterEach
    void stop() {
        context.stop();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            mails                       | path of pulse-sink is stream/sinkName, was "mails"
            orders/                     | path of pulse-sink is stream/sinkName, was "orders/"
            ,o/m                        | streams are at least one, and none is empty, were [, o]
            o,p,o/m                     | streams are each given once, were [o, p, o]
            x?streams=o&sink=m          | the path names the sink or its streams, was "x" beside both options
            o/m?startAt=yesterday       | startAt is newest, oldest, an event id
            o/m?batchSize=0             | batchSize is 1 to 10000, was 0
            o/m?ackDeadline=10ms        | ackDeadline is PT0.1S to PT1H, was PT0.01S
            o/m?maxProcessing=10s       | maxProcessing is PT20S to PT24H, was PT10S
            o/m?blockTime=1m            | blockTime is PT0.001S to PT6S, was PT1M
            o/m?backoff=0               | backoff is PT0.001S to PT1H, was PT0S
            o/m?maxBackoff=10ms         | maxBackoff is PT1S to PT24H, was PT0.01S
            o/m?maxDeliveries=0         | maxDeliveries is 1 to 999999, was 0
            o/m?concurrentConsumers=0   | concurrentConsumers is 1 to 100000, was 0
            o/m?maxInFlight=-1          | maxInFlight is 1 to 1000000, was -1
            o/m?concurrentConsumers=5&maxInFlight=4 | maxInFlight is 5 to 1000000, was 4
            o/m?topicPattern=RAW([)     | topic pattern is a regular expression, was "["
            o/m?topic=a&topicPattern=b  | a consumer has a topic or a topicPattern, was "a" and "b"
            o/m?ackMode=none&onFailure=deadLetter | onFailure is for events that are acknowledged, was DEAD_LETTER with ackMode=none
            o/m?batching=true&batchSize=10001     | batchSize is 1 to 10000, was 10001
            o/m?batching=true&batchTimeout=2h     | batchTimeout is PT0.001S to PT1H, was PT2H
            o/m?batching=true&maxInFlight=99      | maxInFlight with batching is 100 to 1000000, was 99
            o/m?batching=true&orderBy=${body}     | orderBy is for events that are routed one by one, was ${body} with batching
            o/m?batchTimeout=5s                   | batchTimeout is for batching=true, was PT5S
            o/m?filter=RAW(${body)      | filter is a reference to a bean or in the simple language, was "${body"
            o/m?orderBy=RAW(${body)     | orderBy is a reference to a bean or in the simple language, was "${body"
            o/m?operation=lag&limit=0   | limit is 1 to 10000, was 0
            o/m?operation=nack&delay=25h | delay is PT0S to PT24H, was PT25H
            """)
    void wrongOptionIsNamedWhenTheEndpointIsMade(String uri, String message) {
        assertThatThrownBy(() -> context.getEndpoint("pulse-sink:" + uri))
                .isInstanceOf(ResolveEndpointFailedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void producerHasAnOperation() {
        assertThatThrownBy(() -> context.getEndpoint("pulse-sink:orders/mails").createProducer())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "operation is info, lag, pending, ack, nack, deadLetters, replay or replayAsNew, was not given;"
                                + " pulse-stream adds events");
    }

    @Test
    void defaultsAreThoseOfTheEngine() {
        assertThat(context.getEndpoint("pulse-sink:orders/mails", PulseSinkEndpoint.class)
                        .getSinkConfiguration()
                        .engineOptions()
                        .build())
                .isEqualTo(SinkOptions.defaults());
    }

    @Test
    void whatIsInFlightHasRoomForABatchOfEachConsumer() {
        assertThat(context.getEndpoint(
                                "pulse-sink:orders/mails?batching=true&batchSize=50&concurrentConsumers=4",
                                PulseSinkEndpoint.class)
                        .getSinkConfiguration()
                        .engineOptions()
                        .build()
                        .maxInFlight())
                .isEqualTo(200);
    }
}
