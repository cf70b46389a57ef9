package dev.pulse.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamKeysTest {
    private final StreamKeys first = new StreamKeys("s", 1);

    @Test
    void keysOfTheFirstIncarnationAreThoseOfGo() {
        assertThat(first.lifecycle()).isEqualTo(Golden.text("/stream/lifecycle_key"));
        assertThat(StreamKeys.lifecycle("s")).isEqualTo(Golden.text("/stream/lifecycle_key"));
        assertThat(first.physical()).isEqualTo(Golden.text("/stream/lifecycle/physical_key"));
        assertThat(first.resources()).isEqualTo(Golden.text("/stream/sink/resources_key"));
        assertThat(first.recovery()).isEqualTo(Golden.text("/stream/sink/recovery_key"));
    }

    @Test
    void keysOfASinkAreThoseOfGo() {
        assertThat(first.sinkConfig("k")).isEqualTo(Golden.text("/stream/sink/config_key"));
        assertThat(first.staleLease("k")).isEqualTo(Golden.text("/stream/sink/lease_key"));
        assertThat(first.keepAlive("k").content()).isEqualTo(Golden.text("/stream/sink/keepalive_content"));
        assertThat(first.keepAlive("k").channel()).isEqualTo(Golden.text("/stream/sink/keepalive_channel"));
        assertThat(first.membership().content()).isEqualTo(Golden.text("/stream/sink/membership_content"));
    }

    @Test
    void resourcesOfASinkAreThoseOfGo() {
        assertThat(Golden.list("/stream/sink/resources"))
                .extracting(JsonNode::textValue)
                .containsExactlyInAnyOrder(
                        first.sinkConfig("k"), first.keepAlive("k").content(), first.staleLease("k"));
    }

    @Test
    void keysOfTheSecondIncarnationAreThoseOfGo() {
        StreamKeys second = new StreamKeys("life", 2);
        assertThat(second.physical()).isEqualTo(Golden.text("/stream/second_generation/lifecycle/physical_key"));
        assertThat(second.recovery())
                .isEqualTo(Golden.text("/stream/second_generation/recovery_key").replace("<name>", "life"));
        assertThat(second.lifecycle()).isEqualTo("pulse:stream:life:lifecycle");
        assertThat(second.resources()).isEqualTo("pulse:stream:life:generation:2:resources");
        assertThat(second.sinkConfig("k")).isEqualTo("pulse:stream:life:generation:2:sink:k:config");
        assertThat(second.membership().channel()).isEqualTo("map:stream:life:generation:2:sinks:updates");
    }

    @Test
    void keyOfAddOnceIsThatOfGo() {
        assertThat(new StreamKeys("once", 1).idempotency()).isEqualTo(Golden.text("/stream/add_once/key"));
    }

    @Test
    void flatMapsHaveNoIncarnationInTheirNames() {
        StreamKeys second = new StreamKeys("s", 2);
        assertThat(second.flatKeepAlive("k").content()).isEqualTo("map:sink:k:keepalive:content");
        assertThat(second.flatMembership().content()).isEqualTo("map:stream:s:sinks:content");
        assertThat(second.flatMembership().channel()).isEqualTo("map:stream:s:sinks:updates");
    }

    @Test
    void keysOfATaggedNameAllHoldTheTag() {
        StreamKeys tagged = new StreamKeys("{s}", 3);
        assertThat(tagged.physical()).isEqualTo("pulse:stream:{s}:generation:3");
        assertThat(tagged.membership().content()).isEqualTo("map:stream:{s}:generation:3:sinks:content");
        assertThat(new MapKeys("{m}").content()).isEqualTo("map:{m}:content");
    }

    @Test
    void keysOfAMapAreThoseOfGo() {
        // the channel is the one golden.json's messages were heard on
        assertThat(Golden.text("/note")).contains("channel " + new MapKeys("golden").channel() + " ");
        assertThat(new MapKeys("golden").content()).isEqualTo("map:golden:content");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void incarnationBelowOneIsRefused(long incarnation) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StreamKeys("s", incarnation))
                .withMessage("incarnation is 1 or more, was " + incarnation);
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void nullIsRefusedNamingTheParameter() {
        assertThatNullPointerException().isThrownBy(() -> new MapKeys(null)).withMessage("name");
        assertThatNullPointerException()
                .isThrownBy(() -> new StreamKeys(null, 1))
                .withMessage("stream");
        assertThatNullPointerException()
                .isThrownBy(() -> first.sinkConfig(null))
                .withMessage("sink");
        assertThatNullPointerException()
                .isThrownBy(() -> first.flatKeepAlive(null))
                .withMessage("sink");
    }
}
