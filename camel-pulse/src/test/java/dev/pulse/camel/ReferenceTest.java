package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The tables of options and headers in the README are made from the generated catalog, so that they cannot differ from
 * the code: {@code mvn -pl camel-pulse -am test -Dtest=ReferenceTest -Dpulse.docs=write} writes them.
 */
class ReferenceTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern TABLE =
            Pattern.compile("<!-- (options|headers): (pulse-(\\w+)) -->\\R.*?<!-- end -->", Pattern.DOTALL);

    @Test
    void theTablesInTheReadmeAreThoseOfTheCatalog() throws IOException {
        String readme = Files.readString(README);
        Matcher tables = TABLE.matcher(readme);
        StringBuilder current = new StringBuilder();
        int count = 0;
        while (tables.find()) {
            JsonNode catalog = catalog(tables.group(2), tables.group(3));
            String table = tables.group(1).equals("options") ? options(catalog) : headers(catalog);
            tables.appendReplacement(
                    current,
                    Matcher.quoteReplacement(
                            "<!-- " + tables.group(1) + ": " + tables.group(2) + " -->\n" + table + "<!-- end -->"));
            count++;
        }
        tables.appendTail(current);
        assertThat(count).isEqualTo(8);
        if ("write".equals(System.getProperty("pulse.docs"))) {
            Files.writeString(README, current);
        }
        assertThat(Files.readString(README)).isEqualTo(current.toString());
    }

    private static JsonNode catalog(String scheme, String folder) throws IOException {
        return new ObjectMapper()
                .readTree(Path.of("src/generated/resources/META-INF/dev/pulse/camel", folder, scheme + ".json")
                        .toFile());
    }

    private static String options(JsonNode catalog) {
        StringBuilder table = new StringBuilder("| option | for | default | meaning |\n| --- | --- | --- | --- |\n");
        for (Map.Entry<String, JsonNode> option : catalog.get("properties").properties()) {
            JsonNode about = option.getValue();
            if (about.get("kind").asText().equals("parameter")) {
                table.append("| `%s` | %s | %s | %s |\n"
                        .formatted(
                                option.getKey(),
                                about.get("label").asText().replace(",", ", "),
                                about.has("defaultValue")
                                        ? "`" + about.get("defaultValue").asText() + "`"
                                        : "",
                                cell(about.get("description").asText())));
            }
        }
        return table.toString();
    }

    private static String headers(JsonNode catalog) {
        StringBuilder table = new StringBuilder("| header | type | for | meaning |\n| --- | --- | --- | --- |\n");
        for (Map.Entry<String, JsonNode> header : catalog.get("headers").properties()) {
            JsonNode about = header.getValue();
            table.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            header.getKey(),
                            about.get("javaType").asText(),
                            about.get("label").asText().replace(",", ", "),
                            cell(about.get("description").asText())));
        }
        return table.toString();
    }

    private static String cell(String description) {
        return description.replace("|", "\\|");
    }
}
