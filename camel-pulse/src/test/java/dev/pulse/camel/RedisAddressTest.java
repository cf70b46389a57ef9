package dev.pulse.camel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void userJoinsSeveralHosts() {
        assertThat(new RedisAddress("redis-sentinel://h1:1,h2/0?master=m", "ann", "secret").connectionUri())
                .isEqualTo("redis-sentinel://ann:secret@h1:1,h2/0?master=m");
        assertThat(new RedisAddress("redis-cluster://ann@h1:1,h2", null, "secret").connectionUri())
                .isEqualTo("redis-cluster://ann:secret@h1:1,h2");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            redis://host                                           | redis://host
            redis://ann:s3cret@host:1/2?clientName=c               | redis://host:1/2
            rediss-sentinel://:s3cret@h1:1,h2/0?sentinelPassword=s | rediss-sentinel://h1:1,h2/0
            redis://[::1]:7                                        | redis://[::1]:7
            embedded:                                              | embedded:
            redis://ann:s3?ret@host                                | no Redis URI
            redis://h/0?sentinelPassword=s@cret                    | no Redis URI
            http://ann:s3cret@host                                 | no Redis URI
            """)
    void whatIsShownHasNoSecret(String uri, String shown) {
        assertThat(new RedisAddress(uri, null, null).withoutSecrets()).isEqualTo(shown);
    }

    @Test
    void itsTextShowsNoSecret() {
        assertThat(new RedisAddress("redis://:one@host", "ann", "two").toString())
                .isEqualTo("RedisAddress");
    }
}
