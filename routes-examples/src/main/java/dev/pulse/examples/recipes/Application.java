package dev.pulse.examples.recipes;

// snippet: recipe
import org.apache.camel.main.Main;

public final class Application {
    public static void main(String[] args) throws Exception {
        Main main = new Main();
        main.addInitialProperty("camel.component.pulse-stream.uri", "embedded:"); // or redis://localhost:6379
        main.configure().addRoutesBuilder(new CompetingConsumers());
        main.run(args); // until Ctrl-C
    }
}
// end
