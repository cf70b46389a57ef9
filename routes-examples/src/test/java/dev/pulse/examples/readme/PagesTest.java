package dev.pulse.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pulse.Pulse;
import dev.pulse.embedded.EmbeddedRedis;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.pool.PoolClient;
import dev.pulse.stream.Codecs;
import dev.pulse.stream.EventStream;
import dev.pulse.stream.Sink;
import dev.pulse.stream.SinkOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;

/** The pages for operators name only what there is. */
class PagesTest {
    private static final String ENGINE = "pulse-engine/src/main/java/dev/pulse";
    private static final String SCRIPTS = "pulse-engine/src/main/resources/dev/pulse";
    private static final List<String> PACKAGES =
            List.of("dev.pulse.", "dev.pulse.stream.", "dev.pulse.map.", "dev.pulse.pool.", "dev.pulse.Pulse$");

    static List<Path> pages() {
        return Pages.all();
    }

    private static Stream<MatchResult> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyStateOfALogLineIsLogged(Path page) {
        String sources = Pages.sources(ENGINE, "camel-pulse/src/main/java");
        assertThat(found("state=\\(?([a-z|-]+)", Pages.text(page))
                        .flatMap(states -> Arrays.stream(states.group(1).split("\\|"))))
                .isNotEmpty()
                .allSatisfy(
                        state -> assertThat(sources.contains("state=" + state) || sources.contains('"' + state + '"'))
                                .as(state)
                                .isTrue());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyMemberOfAClassIsThere(Path page) {
        assertThat(found("`([A-Z]\\w+)\\.([\\w.]+)(?:\\([\\w…]*\\))?`", Pages.text(page)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(isMember(name.group(1), name.group(2)))
                        .as(name.group())
                        .isTrue());
    }

    private static boolean isMember(String type, String path) {
        for (String prefix : PACKAGES) {
            try {
                return has(Class.forName(prefix + type), path.split("\\."));
            } catch (ClassNotFoundException e) {
                // in another package
            }
        }
        return false;
    }

    private static boolean has(Class<?> type, String... path) {
        String name = path[0];
        if (path.length > 1) {
            return nested(type, name).anyMatch(inner -> has(inner, Arrays.copyOfRange(path, 1, path.length)));
        }
        return nested(type, name).findAny().isPresent()
                || Stream.concat(Stream.of(type), nested(type, "Builder"))
                        .flatMap(each -> Arrays.stream(each.getMethods()))
                        .anyMatch(method -> method.getName().equals(name))
                || Arrays.stream(type.getFields())
                        .anyMatch(field -> field.getName().equals(name));
    }

    private static Stream<Class<?>> nested(Class<?> type, String name) {
        return Arrays.stream(type.getClasses())
                .filter(each -> each.getSimpleName().equals(name));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyExceptionAndMeterIsThere(Path page) {
        String readmes = Pages.text(Pages.ROOT.resolve("pulse-engine/README.md"))
                + Pages.text(Pages.ROOT.resolve("camel-pulse/README.md"));
        assertThat(found("`(camel\\.pulse\\.[\\w.]+|\\w+Exception)`", Pages.text(page)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(
                                readmes.contains(name.group()) || name.group(1).equals("InterruptedException"))
                        .as(name.group())
                        .isTrue());
    }

    @Test
    void everyMessageIsSaid() {
        // what is put together of several literals is one text
        String sources = Pages.sources(ENGINE).replaceAll("\"\\s*\\+\\s*\"", "");
        assertThat(found("`\"([^\"`]+)\"`", Pages.text(Pages.ROOT.resolve("TROUBLESHOOTING.md"))))
                .isNotEmpty()
                .allSatisfy(message -> assertThat(sources.contains(message.group(1)))
                        .as(message.group(1))
                        .isTrue());
    }

    @Test
    void everyCommandIsOneOfRedis() throws InterruptedException {
        try (EmbeddedRedis redis = EmbeddedRedis.start();
                RedisClient client = RedisClient.create(redis.uri());
                Pulse pulse = Pulse.connect(redis.uri())) {
            EventStream<String> orders = pulse.stream("orders", Codecs.string());
            orders.add("order.placed", "ada");
            try (Sink<String> billing = orders.sink("billing", SinkOptions.defaults());
                    ReplicatedMap<String> flags = pulse.map("flags", Codecs.string());
                    PoolClient pool = pulse.pool("parcels")) {
                billing.poll(1, Duration.ofSeconds(30));
                flags.set("checkout", "new");
                assertThat(pool.figures().workers()).isZero();
                for (Path page : Pages.all()) {
                    found("(?m)^redis-cli (?!--)(.+)$", Pages.text(page)).forEach(line -> {
                        String[] words = line.group(1).split(" ");
                        Object reply = client.sendCommand(
                                Protocol.Command.valueOf(words[0]), Arrays.copyOfRange(words, 1, words.length));
                        assertThat(reply).as(line.group()).isNotNull();
                    });
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"streams, stream wire/map", "maps, map wire/map", "pools, pool"})
    void everyCommandThatIsSentIsARightAndNoOther(String use, String parts) {
        Set<String> sent = new TreeSet<>();
        for (String part : parts.split(" ")) {
            String texts = part.equals("wire/map") ? Pages.sources(SCRIPTS + "/wire") : ofPart(part);
            found(
                            "(?:redis\\.p?call\\(|Command\\.(?:write|repeatable)\\(|Name\\.of\\(|walk\\()\\s*['\"]([A-Z]+)['\"]",
                            texts)
                    .map(command -> command.group(1).toLowerCase(Locale.ROOT))
                    .forEach(sent::add);
        }
        if (use.equals("maps")) {
            // sent by dev.pulse.redis, for maps alone
            sent.addAll(List.of("subscribe", "unsubscribe"));
        }
        assertThat(Pages.rights(use).stream()
                        .filter(rule -> rule.startsWith("+"))
                        .map(rule -> rule.substring(1)))
                .containsExactlyElementsOf(sent);
    }

    private static String ofPart(String part) {
        return Pages.sources(ENGINE + '/' + part, SCRIPTS + '/' + part);
    }
}
