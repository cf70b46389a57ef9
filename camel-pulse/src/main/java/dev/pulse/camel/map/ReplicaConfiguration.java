package dev.pulse.camel.map;

import dev.pulse.map.MapOptions;
import dev.pulse.map.MapTtl;
import java.time.Duration;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;
import org.jspecify.annotations.Nullable;

/** The options of the replica that an endpoint uses; endpoints where they are equal share one. Defaults are the engine's. */
@UriParams
public class ReplicaConfiguration {
    @UriParam(
            label = "producer",
            description =
                    "The whole map goes this long after the first write, 1ms to 36500d; the write that makes the map sets"
                            + " the time. A reset ends it. Not with slidingTtl")
    private @Nullable Duration ttl;

    @UriParam(
            label = "producer",
            description =
                    "The whole map goes this long after the last write by an endpoint that says so, 1ms to 36500d")
    private @Nullable Duration slidingTtl;

    @UriParam(
            label = "common,advanced",
            defaultValue = "30s",
            javaType = "java.time.Duration",
            description =
                    "How often the replica is compared with Redis, which finds what was lost silently, 50ms to 1h")
    private long checkPeriod = MapOptions.defaults().checkPeriod().toMillis();

    @UriParam(
            label = "common,advanced",
            defaultValue = "1m",
            javaType = "java.time.Duration",
            description =
                    "From which age on without a proof that the replica equals Redis its health says so, longer than"
                            + " checkPeriod, up to 24h")
    private long stalenessBound = MapOptions.defaults().stalenessBound().toMillis();

    /**
     * What the options come to for the engine.
     *
     * @throws IllegalArgumentException when one is out of its range, or they contradict each other
     */
    MapOptions engineOptions() {
        return MapOptions.builder()
                .ttl(engineTtl())
                .checkPeriod(Duration.ofMillis(checkPeriod))
                .stalenessBound(Duration.ofMillis(stalenessBound))
                .build();
    }

    private MapTtl engineTtl() {
        if (ttl != null && slidingTtl != null) {
            throw new IllegalArgumentException("a map has a ttl or a slidingTtl, was " + ttl + " and " + slidingTtl);
        }
        if (ttl != null) {
            return MapTtl.absolute(ttl);
        }
        return slidingTtl != null ? MapTtl.sliding(slidingTtl) : MapTtl.none();
    }

    public @Nullable Duration getTtl() {
        return ttl;
    }

    public void setTtl(@Nullable Duration ttl) {
        this.ttl = ttl;
    }

    public @Nullable Duration getSlidingTtl() {
        return slidingTtl;
    }

    public void setSlidingTtl(@Nullable Duration slidingTtl) {
        this.slidingTtl = slidingTtl;
    }

    public long getCheckPeriod() {
        return checkPeriod;
    }

    public void setCheckPeriod(long checkPeriod) {
        this.checkPeriod = checkPeriod;
    }

    public long getStalenessBound() {
        return stalenessBound;
    }

    public void setStalenessBound(long stalenessBound) {
        this.stalenessBound = stalenessBound;
    }
}
