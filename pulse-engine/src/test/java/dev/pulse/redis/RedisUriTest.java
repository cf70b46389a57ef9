package dev.pulse.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisUriTest {
    @Test
    void aHostAloneMeansPort6379AndDatabase0WithoutAnybodyAsking() {
        RedisUri uri = RedisUri.parse("redis://localhost");
        assertThat(uri)
                .isEqualTo(new RedisUri(
                        "localhost", 6379, false, Optional.empty(), Optional.empty(), 0, Optional.empty()));
    }

    @Test
    void allPartsAreRead() {
        RedisUri uri = RedisUri.parse(" rediss://ann:s3cret@redis.example.org:7000/15?clientName=shop ");
        assertThat(uri)
                .isEqualTo(new RedisUri(
                        "redis.example.org",
                        7000,
                        true,
                        Optional.of("ann"),
                        Optional.of("s3cret"),
                        15,
                        Optional.of("shop")));
        assertThat(uri).hasToString("rediss://ann@redis.example.org:7000/15");
    }

    @Test
    void percentEncodedPartsAreDecodedAndAPlusIsAPlus() {
        RedisUri uri = RedisUri.parse("redis://an%40n:p%2Fa%3Fs%23s%3A+%C3%BC@h?clientName=a%2Bb");
        assertThat(uri.user()).contains("an@n");
        assertThat(uri.password()).contains("p/a?s#s:+ü");
        assertThat(uri.clientName()).contains("a+b");
    }

    @Test
    void aPasswordMayHaveColonsAndNoUser() {
        RedisUri uri = RedisUri.parse("redis://:a:b:c@h:1/");
        assertThat(uri.user()).isEmpty();
        assertThat(uri.password()).contains("a:b:c");
        assertThat(uri.database()).isZero();
    }

    @Test
    void anIpv6AddressStandsInBrackets() {
        RedisUri uri = RedisUri.parse("redis://[::1]:6380/2");
        assertThat(uri.address()).isEqualTo("[::1]:6380");
        assertThat(uri.database()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h | redis://, rediss:// or embedded:",
                "localhost:6379 | redis://, rediss:// or embedded:",
                "h | redis://, rediss:// or embedded:",
                "redis:// | not a URI",
                "redis:/// | names a host",
                "redis://:6379 | names a host",
                "redis://a b | not a URI",
                "redis://h/x | database in the Redis URI is 0 or more, was \"x\"",
                "redis://h/-1 | database in the Redis URI is 0 or more, was \"-1\"",
                "redis://h/99999999999 | database in the Redis URI is 0 or more",
                "redis://h:0 | port in the Redis URI is 1 to 65535, was 0",
                "redis://h:65536 | port in the Redis URI is 1 to 65535, was 65536",
                "redis://h?name=x | knows the parameter clientName, was \"name\"",
                "redis://h/0#x | fragment",
                "redis://ann@h | user without a password",
                "redis://ann:@h | user without a password",
            })
    void whatIsWrongIsNamed(String text, String problem) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisUri.parse(text))
                .withMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://ann:hush@h/x",
                "redis://ann:hush@h:0",
                "redis://ann:hush@h:70000",
                "redis://ann:hush@h/0#f",
                "redis://ann:hush@h?x=1",
                "redis://ann:hush@a_b",
                "redis://ann:hush%zz@h",
                "redis://ann:hu sh@h",
                "redis://:p#hush@h",
                "redis://ann:12/hush@h:6379/0",
                "redis://ann:12?hush@h",
                "redis://ann:12?hush=x@h",
                "redis://ann:12#hush@h",
                "redis://ann:1/2?x=1#hush@h",
                "redis://ann:hush@@h",
                "http://ann:hush@h",
                "ann:hush@h",
            })
    void noMessageShowsThePassword(String text) {
        Throwable refusal = catchThrowable(() -> RedisUri.parse(text));
        assertThat(refusal).isInstanceOf(IllegalArgumentException.class);
        assertThat(refusal).hasNoCause();
        assertThat(refusal.getMessage()).doesNotContain("hush");
    }

    @Test
    void itsTextAndThatOfTheOptionsDoNotShowThePassword() {
        RedisUri uri = RedisUri.parse("redis://ann:hush@h");
        assertThat(uri.toString()).doesNotContain("hush");
        assertThat(Connected.options("redis://:hush@h", java.time.Duration.ofSeconds(1))
                        .toString())
                .doesNotContain("hush");
    }
}
