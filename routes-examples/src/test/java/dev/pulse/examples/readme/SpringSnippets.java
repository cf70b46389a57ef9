package dev.pulse.examples.readme;

import dev.pulse.Pulse;
import org.apache.camel.builder.LambdaRouteBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How Spring has it. */
// snippet: spring
@Configuration
class SpringSnippets {
    @Bean
    Pulse pulse(@Value("${redis.uri}") String uri) { // all Pulse endpoints find it; Spring closes it
        return Pulse.connect(uri);
    }

    @Bean
    LambdaRouteBuilder mails() {
        return routes -> routes.from("pulse-sink:users/mails").to("direct:send-mail");
    }
}
// end
