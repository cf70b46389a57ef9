package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.map.MapOptions;
import dev.pulse.map.ReplicatedMap;
import dev.pulse.stream.Codecs;
import dev.pulse.testing.PulseTest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.BrowsableEndpoint;

/** What browsing shows of streams and maps. */
class BrowseTest extends RoutesTest {
    private BrowsableEndpoint endpoint(String uri) {
        return context.getEndpoint(uri, BrowsableEndpoint.class);
    }

    private static List<Object> bodies(List<Exchange> exchanges) {
        return exchanges.stream().map(each -> each.getIn().getBody()).toList();
    }

    @PulseTest
    void streamShowsItsOldestEventsAndHowManyThereAre() throws Exception {
        add("a", "b", "c");
        BrowsableEndpoint browsed = endpoint("pulse-stream:" + stream + "?codec=string&browseLimit=2");
        assertThat(bodies(browsed.getExchanges())).containsExactly("a", "b");
        assertThat(bodies(browsed.getExchanges(
                        10, each -> !((Exchange) each).getIn().getBody().equals("b"))))
                .containsExactly("a", "c");
        assertThat(browsed.getExchanges().getFirst().getIn().getHeader(PulseConstants.EVENT_NAME))
                .isEqualTo("order.placed");
        BrowsableEndpoint.BrowseStatus status = browsed.getBrowseStatus(0);
        assertThat(status.size()).isEqualTo(3);
        assertThat(status.firstTimestamp()).isPositive().isLessThanOrEqualTo(status.lastTimestamp());
        assertThat(endpoint("pulse-stream:none-" + stream).getExchanges()).isEmpty();
    }

    @PulseTest
    void mapShowsItsEntriesByKey() throws Exception {
        try (ReplicatedMap<String> map = pulse.map(stream, Codecs.string(), MapOptions.defaults())) {
            map.set("b", "2");
            map.set("a", "1");
        }
        List<Exchange> shown = endpoint("pulse-map:" + stream + "?codec=string").getExchanges();
        assertThat(bodies(shown)).containsExactly("1", "2");
        assertThat(shown.getFirst().getIn().getHeader(PulseConstants.KEY)).isEqualTo("a");
    }

    @PulseTest
    void limitThatIsOutOfItsRangeIsRefused() {
        assertThatThrownBy(() -> endpoint("pulse-stream:" + stream + "?browseLimit=0"))
                .hasStackTraceContaining("browseLimit is 1 to 10000, was 0");
    }
}
