package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pulse.Credentials;
import dev.pulse.Pulse;
import dev.pulse.map.Lists;
import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.map.WatchOptions;
import dev.pulse.pool.JobRequest;
import dev.pulse.pool.Plan;
import dev.pulse.pool.PoolNode;
import dev.pulse.pool.PoolOptions;
import dev.pulse.pool.PoolSettings;
import dev.pulse.pool.Schedule;
import dev.pulse.pool.Ticker;
import dev.pulse.pool.TickerOptions;
import dev.pulse.pool.Timetable;
import dev.pulse.pool.WorkerOptions;
import dev.pulse.stream.DeadLetters;
import dev.pulse.stream.Delivery;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.NewEvent;
import dev.pulse.stream.Reader;
import dev.pulse.stream.ReaderOptions;
import dev.pulse.stream.Retention;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * All that can be said to the engine can be said to an endpoint, or it is written down here why not: whoever adds an option or
 * an operation to the engine decides what becomes of it in Camel.
 */
class EngineOptionsTest {
    private static final List<Class<?>> OPTIONS = List.of(
            Pulse.Builder.class,
            Credentials.class,
            Retention.Builder.class,
            NewEvent.class,
            ReaderOptions.Builder.class,
            SinkOptions.Builder.class,
            MapOptions.Builder.class,
            MapTtl.Limited.class,
            WatchOptions.Builder.class,
            PoolOptions.Builder.class,
            PoolSettings.class,
            WorkerOptions.Builder.class,
            JobRequest.class,
            TickerOptions.class,
            Timetable.Every.class,
            Timetable.Cron.class,
            Plan.class,
            Plan.Start.class);

    private static final List<Class<?>> HANDLES = List.of(
            EventStream.class,
            DeadLetters.class,
            Reader.class,
            Sink.class,
            Delivery.class,
            ReplicatedMap.class,
            Lists.class,
            PoolNode.class,
            Ticker.class,
            Schedule.class);

    /** Of the engine: the scheme, or all of them, and its options, or in brackets why there is none. */
    private static final String AS_OPTIONS = """
            Pulse.Builder.uri                  | all          | uri
            Pulse.Builder.client               | all          | client
            Pulse.Builder.clientName           | all          | uri
            Pulse.Builder.connectTimeout       | all          | connectTimeout
            Pulse.Builder.commandTimeout       | all          | commandTimeout
            Pulse.Builder.sslContext           | all          | sslContextParameters
            Pulse.Builder.credentials          | all          | credentials
            Pulse.Builder.maxPayloadBytes      | all          | maxPayloadBytes
            Pulse.Builder.maxHeaderBytes       | all          | maxHeaderBytes
            Pulse.Builder.listener             | all          | (health checks, meters and logs tell; a client has a listener of its own)
            Credentials.user                   | all          | username
            Credentials.password               | all          | password

            Retention.Builder.maxLength        | pulse-stream | maxLength
            Retention.Builder.unbounded        | pulse-stream | unbounded
            Retention.Builder.approximateTrimming | pulse-stream | approximateTrimming
            Retention.Builder.ttl              | pulse-stream | ttl
            Retention.Builder.slidingTtl       | pulse-stream | slidingTtl
            Retention.Builder.deadline         | pulse-stream | deadline
            NewEvent.name                      | pulse-stream | eventName
            NewEvent.topic                     | pulse-stream | topic
            NewEvent.payload                   | pulse-stream | (the body)
            NewEvent.headers                   | pulse-stream | headerFilterStrategy
            ReaderOptions.Builder.startAt      | pulse-stream | startAt
            ReaderOptions.Builder.batchSize    | pulse-stream | batchSize
            ReaderOptions.Builder.blockTime    | pulse-stream | blockTime
            ReaderOptions.Builder.topics       | pulse-stream | topic topicPattern
            ReaderOptions.Builder.filter       | pulse-stream | filter
            ReaderOptions.Builder.listener     | pulse-stream | exceptionHandler bridgeErrorHandler gapPolicy

            SinkOptions.Builder.startAt        | pulse-sink   | startAt
            SinkOptions.Builder.batchSize      | pulse-sink   | batchSize
            SinkOptions.Builder.concurrency    | pulse-sink   | concurrentConsumers
            SinkOptions.Builder.maxInFlight    | pulse-sink   | maxInFlight
            SinkOptions.Builder.ackDeadline    | pulse-sink   | ackDeadline
            SinkOptions.Builder.maxProcessing  | pulse-sink   | maxProcessing
            SinkOptions.Builder.backoff        | pulse-sink   | backoff
            SinkOptions.Builder.maxBackoff     | pulse-sink   | maxBackoff
            SinkOptions.Builder.maxDeliveries  | pulse-sink   | maxDeliveries
            SinkOptions.Builder.blockTime      | pulse-sink   | blockTime
            SinkOptions.Builder.topics         | pulse-sink   | topic topicPattern
            SinkOptions.Builder.filter         | pulse-sink   | filter
            SinkOptions.Builder.orderBy        | pulse-sink   | orderBy
            SinkOptions.Builder.orderByPayload | pulse-sink   | orderBy
            SinkOptions.Builder.exclusive      | pulse-sink   | exclusive
            SinkOptions.Builder.ackMode        | pulse-sink   | ackMode
            SinkOptions.Builder.listener       | pulse-sink   | exceptionHandler bridgeErrorHandler

            MapOptions.Builder.ttl             | pulse-map    | ttl slidingTtl
            MapOptions.Builder.checkPeriod     | pulse-map    | checkPeriod
            MapOptions.Builder.stalenessBound  | pulse-map    | stalenessBound
            MapOptions.Builder.listener        | pulse-map    | exceptionHandler bridgeErrorHandler
            MapTtl.Limited.duration            | pulse-map    | ttl slidingTtl
            MapTtl.Limited.sliding             | pulse-map    | slidingTtl
            WatchOptions.Builder.initialContent | pulse-map   | initialContent
            WatchOptions.Builder.backlog       | pulse-map    | backlog coalesce

            PoolOptions.Builder.dispatchTimeout | pulse-pool  | dispatchTimeout
            PoolOptions.Builder.handOverTimeout | pulse-pool  | handOverTimeout
            PoolOptions.Builder.settings       | pulse-pool   | lease stopTimeout queueLimit outcomeRetention deadRetention deadLimit
            PoolOptions.Builder.listener       | pulse-pool   | exceptionHandler bridgeErrorHandler
            PoolSettings.lease                 | pulse-pool   | lease
            PoolSettings.stopTimeout           | pulse-pool   | stopTimeout
            PoolSettings.queueLimit            | pulse-pool   | queueLimit
            PoolSettings.outcomeRetention      | pulse-pool   | outcomeRetention
            PoolSettings.deadRetention         | pulse-pool   | deadRetention
            PoolSettings.deadLimit             | pulse-pool   | deadLimit
            WorkerOptions.Builder.maxJobs      | pulse-pool   | maxJobs
            WorkerOptions.Builder.startTimeout | pulse-pool   | startTimeout
            WorkerOptions.Builder.attempts     | pulse-pool   | attempts
            WorkerOptions.Builder.backoff      | pulse-pool   | backoff
            WorkerOptions.Builder.maxBackoff   | pulse-pool   | maxBackoff
            JobRequest.key                     | pulse-pool   | key
            JobRequest.payload                 | pulse-pool   | (the body)
            JobRequest.id                      | pulse-pool   | dispatchId
            JobRequest.workerNeeded            | pulse-pool   | workerNeeded
            JobRequest.mayBeginLate            | pulse-pool   | withdrawnWhenLate
            JobRequest.delay                   | pulse-pool   | delay
            JobRequest.attempts                | pulse-pool   | attempts
            TickerOptions.timetable            | pulse-pool   | period cron
            TickerOptions.missed               | pulse-pool   | missed
            Timetable.Every.period             | pulse-pool   | period
            Timetable.Cron.expression          | pulse-pool   | cron
            Timetable.Cron.zone                | pulse-pool   | timeZone
            Plan.start                         | pulse-pool   | (the body at the end of the route)
            Plan.stop                          | pulse-pool   | (the body at the end of the route, a Plan)
            Plan.stopOthers                    | pulse-pool   | stopOthers
            Plan.Start.key                     | pulse-pool   | (the body at the end of the route)
            Plan.Start.payload                 | pulse-pool   | (the body at the end of the route)
            Plan.Start.attempts                | pulse-pool   | (the body at the end of the route, a Plan; else attempts of the worker)
            """;

    /** Of the engine: the scheme, and its operations, or in brackets what it is in Camel. */
    private static final String AS_OPERATIONS = """
            EventStream.name                   | pulse-stream | (the path)
            EventStream.add                    | pulse-stream | add
            EventStream.addAll                 | pulse-stream | add
            EventStream.addIfExists            | pulse-stream | addIfExists
            EventStream.addOnce                | pulse-stream | addOnce
            EventStream.reader                 | pulse-stream | (a consumer)
            EventStream.sink                   | pulse-sink   | (a consumer)
            EventStream.snapshot               | pulse-stream | snapshot
            EventStream.remove                 | pulse-stream | remove
            EventStream.changeRetention        | pulse-stream | changeRetention
            EventStream.destroy                | pulse-stream | destroy
            EventStream.deadLetters            | pulse-sink   | deadLetters replay replayAsNew
            EventStream.figures                | pulse-stream | info
            DeadLetters.count                  | pulse-sink   | info
            DeadLetters.list                   | pulse-sink   | deadLetters
            DeadLetters.replay                 | pulse-sink   | replay
            DeadLetters.replayAsNew            | pulse-sink   | replayAsNew
            Reader.poll                        | pulse-stream | (pollEnrich)
            Reader.consume                     | pulse-stream | (a consumer)
            Reader.addStream                   | pulse-stream | (one route for each stream)
            Reader.removeStream                | pulse-stream | (one route for each stream)
            Reader.streams                     | pulse-stream | (the path)
            Reader.cursor                      | pulse-stream | (offsetRepository, and the console)
            Reader.close                       | pulse-stream | (the life of the route)
            Sink.name                          | pulse-sink   | (the path)
            Sink.consumer                      | pulse-sink   | (the console)
            Sink.poll                          | pulse-sink   | (pollEnrich)
            Sink.consume                       | pulse-sink   | (a consumer)
            Sink.consumeManually               | pulse-sink   | (a consumer with ackMode=manual)
            Sink.addStream                     | pulse-sink   | (the path, or the option streams)
            Sink.removeStream                  | pulse-sink   | (the path, or the option streams)
            Sink.streams                       | pulse-sink   | (the path, or the option streams)
            Sink.figures                       | pulse-sink   | info lag pending
            Sink.close                         | pulse-sink   | (the life of the route)
            Delivery.event                     | pulse-sink   | (the message)
            Delivery.attempt                   | pulse-sink   | (the header CamelPulseDeliveryCount)
            Delivery.fencingToken              | pulse-sink   | (the header CamelPulseFencingToken)
            Delivery.ack                       | pulse-sink   | ack
            Delivery.ackLater                  | pulse-sink   | (the end of the exchange)
            Delivery.nack                      | pulse-sink   | nack
            Delivery.deadLetter                | pulse-sink   | (onFailure=deadLetter)
            Delivery.leaseHeld                 | pulse-sink   | (the fencing token)
            ReplicatedMap.name                 | pulse-map    | (the path)
            ReplicatedMap.get                  | pulse-map    | get
            ReplicatedMap.containsKey          | pulse-map    | get
            ReplicatedMap.size                 | pulse-map    | size
            ReplicatedMap.keys                 | pulse-map    | keys
            ReplicatedMap.snapshot             | pulse-map    | snapshot
            ReplicatedMap.getFresh             | pulse-map    | getFresh
            ReplicatedMap.set                  | pulse-map    | set
            ReplicatedMap.setAndWait           | pulse-map    | setAndWait
            ReplicatedMap.setIfAbsent          | pulse-map    | setIfAbsent
            ReplicatedMap.testAndSet           | pulse-map    | testAndSet
            ReplicatedMap.testAndDelete        | pulse-map    | testAndDelete
            ReplicatedMap.testAndReset         | pulse-map    | testAndReset
            ReplicatedMap.delete               | pulse-map    | delete
            ReplicatedMap.inc                  | pulse-map    | inc
            ReplicatedMap.reset                | pulse-map    | reset
            ReplicatedMap.destroy              | pulse-map    | destroy
            ReplicatedMap.lists                | pulse-map    | append appendUnique remove
            ReplicatedMap.watch                | pulse-map    | (a consumer)
            ReplicatedMap.staleness            | pulse-map    | (health, console and meters)
            ReplicatedMap.revision             | pulse-map    | (the console)
            ReplicatedMap.figures              | pulse-map    | (console and meters)
            ReplicatedMap.close                | pulse-map    | (the life of the route)
            Lists.append                       | pulse-map    | append
            Lists.appendUnique                 | pulse-map    | appendUnique
            Lists.remove                       | pulse-map    | remove
            PoolNode.name                      | pulse-pool   | (the path)
            PoolNode.dispatch                  | pulse-pool   | dispatch
            PoolNode.enqueue                   | pulse-pool   | enqueue
            PoolNode.dispatchAndWait           | pulse-pool   | dispatch
            PoolNode.deadJobs                  | pulse-pool   | deadJobs
            PoolNode.retryJob                  | pulse-pool   | retry
            PoolNode.outcome                   | pulse-pool   | outcome
            PoolNode.withdraw                  | pulse-pool   | withdraw
            PoolNode.stopJob                   | pulse-pool   | stop
            PoolNode.notifyJob                 | pulse-pool   | notify
            PoolNode.send                      | pulse-pool   | send
            PoolNode.job                       | pulse-pool   | job
            PoolNode.payload                   | pulse-pool   | payload
            PoolNode.jobs                      | pulse-pool   | jobs
            PoolNode.workers                   | pulse-pool   | workers
            PoolNode.figures                   | pulse-pool   | figures
            PoolNode.settings                  | pulse-pool   | settings
            PoolNode.changeSettings            | pulse-pool   | changeSettings
            PoolNode.pause                     | pulse-pool   | pause
            PoolNode.resume                    | pulse-pool   | resume
            PoolNode.shutdown                  | pulse-pool   | shutdown
            PoolNode.addService                | pulse-pool   | (a consumer)
            PoolNode.addTasks                  | pulse-pool   | (a consumer with mode=task)
            PoolNode.ticker                    | pulse-pool   | (a consumer with ticker)
            PoolNode.schedule                  | pulse-pool   | (a consumer with schedule)
            PoolNode.close                     | pulse-pool   | (the life of the route)
            Ticker.name                        | pulse-pool   | (the option ticker)
            Ticker.options                     | pulse-pool   | (the options of the route)
            Ticker.next                        | pulse-pool   | (the console)
            Ticker.figures                     | pulse-pool   | (console and meters)
            Ticker.change                      | pulse-pool   | (the options of the route, when it starts)
            Ticker.close                       | pulse-pool   | (the life of the route)
            Schedule.name                      | pulse-pool   | (the option schedule)
            Schedule.timetable                 | pulse-pool   | (the options of the route)
            Schedule.next                      | pulse-pool   | (the console)
            Schedule.figures                   | pulse-pool   | (console and meters)
            Schedule.change                    | pulse-pool   | (the options of the route, when it starts)
            Schedule.close                     | pulse-pool   | (the life of the route)
            """;

    /**
     * Where something of the engine is found in Camel.
     *
     * @param names none where a reason is given instead
     */
    private record Place(String scheme, List<String> names) {}

    private static Map<String, Place> places(String table) {
        Map<String, Place> places = new LinkedHashMap<>();
        table.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] cells = line.split("\\|");
            String there = cells[2].strip();
            List<String> names = there.startsWith("(") ? List.of() : List.of(there.split(" "));
            places.put(cells[0].strip(), new Place(cells[1].strip(), names));
        });
        return places;
    }

    @Test
    void eachOptionOfTheEngineIsAnOptionOrHasAReason() throws IOException {
        Set<String> known = new TreeSet<>();
        for (Class<?> type : OPTIONS) {
            options(type).forEach(option -> known.add(name(type) + '.' + option));
        }
        Map<String, Place> places = places(AS_OPTIONS);
        assertThat(places.keySet()).containsExactlyInAnyOrderElementsOf(known);
        for (Place place : places.values()) {
            if (place.scheme().equals("all")) {
                for (String scheme : List.of("pulse-stream", "pulse-sink", "pulse-map", "pulse-pool")) {
                    assertThat(names(scheme, "properties")).as(scheme).containsAll(place.names());
                    assertThat(names(scheme, "componentProperties")).as(scheme).containsAll(place.names());
                }
            } else {
                assertThat(names(place.scheme(), "properties")).containsAll(place.names());
            }
        }
    }

    /** The components of a record, or what its builder can be told. */
    private static Stream<String> options(Class<?> type) {
        return type.isRecord()
                ? Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName)
                : methods(type)
                        .filter(method -> method.getReturnType().equals(type))
                        .map(Method::getName);
    }

    @Test
    void eachMethodOfTheEngineIsAnOperationOrSomethingElse() throws IOException {
        Set<String> known = new TreeSet<>();
        for (Class<?> type : HANDLES) {
            methods(type).forEach(method -> known.add(name(type) + '.' + method.getName()));
        }
        Map<String, Place> places = places(AS_OPERATIONS);
        assertThat(places.keySet()).containsExactlyInAnyOrderElementsOf(known);
        for (Place place : places.values()) {
            assertThat(operations(place.scheme())).containsAll(place.names());
        }
    }

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> !method.getDeclaringClass().equals(Object.class))
                .filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    private static String name(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }

    private static List<String> names(String scheme, String section) throws IOException {
        return catalog(scheme).get(section).properties().stream()
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> operations(String scheme) throws IOException {
        return catalog(scheme)
                .at("/properties/operation/enum")
                .valueStream()
                .map(JsonNode::asText)
                .toList();
    }

    private static JsonNode catalog(String scheme) throws IOException {
        Path folder = Path.of("src/generated/resources/META-INF/dev/pulse/camel", scheme.substring("pulse-".length()));
        return new ObjectMapper().readTree(folder.resolve(scheme + ".json").toFile());
    }
}
