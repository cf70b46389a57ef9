package dev.pulse.camel.map;

import java.nio.charset.StandardCharsets;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.StateRepository;
import org.jspecify.annotations.Nullable;

/**
 * A state repository in a map: what one process has stored, another one finds. A {@code pulse-stream:} consumer with it as
 * its {@code offsetRepository} goes on where it was, also in another process; one at a time, for of two that store under
 * the same key the last one wins.
 */
@Configurer(metadataOnly = true)
@Metadata(
        label = "bean",
        description = "A state repository in a Pulse map, shared by all processes",
        annotations = {"interfaceName=org.apache.camel.spi.StateRepository"})
public class PulseStateRepository extends MapService implements StateRepository<String, String> {
    public PulseStateRepository() {}

    /** In this map. */
    public PulseStateRepository(String map) {
        setMap(map);
    }

    @Override
    public void setState(String key, String value) {
        with(map -> map.set(mapKey(key), value.getBytes(StandardCharsets.UTF_8)));
    }

    /** What Redis has at this moment. */
    @Override
    public @Nullable String getState(String key) {
        return with(map -> map.getFresh(mapKey(key)))
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .orElse(null);
    }
}
