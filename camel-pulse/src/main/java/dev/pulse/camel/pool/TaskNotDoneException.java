package dev.pulse.camel.pool;

import dev.pulse.pool.Outcome;
import java.util.Locale;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;

/** A task whose result an exchange has waited for ended without one: it is dead, or was stopped, withdrawn or lost. */
public class TaskNotDoneException extends CamelExchangeException {
    private static final long serialVersionUID = 1L;

    private final transient Outcome outcome;

    TaskNotDoneException(Exchange exchange, Outcome outcome) {
        super(
                "task \"" + outcome.key() + "\" is "
                        + outcome.state().name().toLowerCase(Locale.ROOT)
                        + outcome.error().map(error -> ": " + error).orElse(""),
                exchange);
        this.outcome = outcome;
    }

    /** How it ended. */
    public Outcome getOutcome() {
        return outcome;
    }
}
