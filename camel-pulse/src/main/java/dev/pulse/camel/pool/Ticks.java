package dev.pulse.camel.pool;

import dev.pulse.camel.PulseConstants;
import dev.pulse.pool.Firing;
import dev.pulse.pool.TickHandler;
import org.apache.camel.Exchange;

/** The firings of a ticker, each an exchange. */
record Ticks(PoolExchanges exchanges) implements TickHandler {
    @Override
    public void fire(Firing firing) throws Exception {
        Exchange exchange = exchanges.due(
                PulseConstants.TICKER, firing.ticker(), firing.due(), firing.missed(), firing.fencingToken());
        exchanges.pass(exchange, exchanges.payloads()::answer);
    }
}
