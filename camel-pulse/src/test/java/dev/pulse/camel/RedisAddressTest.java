package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RedisAddressTest {
    @Test
    void withoutAnythingItIsTheDefault() {
        assertThat(new RedisAddress(null, null, null).connectionUri()).isEqualTo("redis://localhost:6379");
    }

    @Test
    void uriStaysAsItIs() {
        assertThat(new RedisAddress("redis://a:b%40@host/1", null, null).connectionUri())
                .isEqualTo("redis://a:b%40@host/1");
    }

    @Test
    void userAndPasswordAreEncoded() {
        assertThat(new RedisAddress("redis://host:1/2?clientName=c", "ü@", "p:/?#%+ ").connectionUri())
                .isEqualTo("redis://%C3%BC%40:p%3A%2F%3F%23%25%2B%20@host:1/2?clientName=c");
    }

    @Test
    void passwordJoinsTheUserOfTheUri() {
        assertThat(new RedisAddress("rediss://ann@host", null, "secret").connectionUri())
                .isEqualTo("rediss://ann:secret@host");
    }

    @Test
    void passwordCanStandAlone() {
        assertThat(new RedisAddress(null, null, "secret").connectionUri()).isEqualTo("redis://:secret@localhost:6379");
    }

    @Test
    void passwordGivenTwiceIsRefusedAndNotShown() {
        assertThatThrownBy(() -> new RedisAddress("redis://:one@host", null, "two").connectionUri())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("password is given once, was both in the uri and as an option");
    }

    @Test
    void embeddedRedisHasNoUser() {
        assertThatThrownBy(() -> new RedisAddress("embedded:", "ann", null).connectionUri())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void itsTextShowsNoSecret() {
        assertThat(new RedisAddress("redis://:one@host", "ann", "two").toString())
                .isEqualTo("RedisAddress");
    }
}
