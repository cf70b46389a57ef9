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

    @Test
    void sentinelsAreSeveralHostsAndTheNameOfTheMaster() {
        RedisUri uri = RedisUri.parse("rediss-sentinel://ann:s%2Ft@s1,s2:7000,[::1]:7001/3"
                + "?master=my%20master&sentinelUser=sue&sentinelPassword=hush&clientName=shop");
        assertThat(uri.kind()).isEqualTo(RedisUri.Kind.SENTINEL);
        assertThat(uri.tls()).isTrue();
        assertThat(uri.addresses())
                .containsExactly(new Address("s1", 26_379), new Address("s2", 7000), new Address("[::1]", 7001));
        assertThat(uri.user()).contains("ann");
        assertThat(uri.password()).contains("s/t");
        assertThat(uri.database()).isEqualTo(3);
        assertThat(uri.clientName()).contains("shop");
        assertThat(uri.sentinels())
                .isEqualTo(new RedisUri.Sentinels("my master", Optional.of("sue"), Optional.of("hush")));
        assertThat(uri).hasToString("rediss-sentinel://ann@s1:26379,s2:7000,[::1]:7001/3?master=my master");
        assertThat(uri.sentinels()).hasToString("Sentinels[master=my master]");
    }

    @Test
    void aClusterIsSomeOfItsNodes() {
        RedisUri uri = RedisUri.parse("redis-cluster://:s3cret@n1,n2:7000");
        assertThat(uri.kind()).isEqualTo(RedisUri.Kind.CLUSTER);
        assertThat(uri.tls()).isFalse();
        assertThat(uri.addresses()).containsExactly(new Address("n1", 6379), new Address("n2", 7000));
        assertThat(uri.password()).contains("s3cret");
        assertThat(uri).hasToString("redis-cluster://n1:6379,n2:7000/0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h | redis://, rediss:// or embedded:",
                "localhost:6379 | redis://, rediss:// or embedded:",
                "h | redis://, rediss:// or embedded:",
                "redis:// | names a host",
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
                "redis://h1,h2 | names one host, unless it begins with redis-sentinel:// or redis-cluster://, was 2",
                "redis-sentinel://h1,h2 | names the master, as in redis-sentinel://host:26379/0?master=mymaster",
                "redis-sentinel://h1?master=m&x=1 | parameters clientName, master, sentinelUser, sentinelPassword, was \"x\"",
                "redis-sentinel://h1?master=m&sentinelUser=u | sentinelUser without a sentinelPassword",
                "redis-sentinel://h1,,h2?master=m | which number 2 is not",
                "redis-cluster://h1:0,h2 | port in the Redis URI is 1 to 65535, was 0",
                "redis-cluster://h1,h2:x | which number 2 is not",
                "redis-cluster://h1,h2/1 | Redis Cluster has database 0 only, was 1",
                "redis-cluster://h1?master=m | knows the parameter clientName, was \"master\"",
                "rediss-other://h | redis-sentinel://, redis-cluster://, rediss-sentinel:// or rediss-cluster://",
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
                "redis-cluster://ann:hush@h1,ann:hush@h2",
                "redis-cluster://ann:hush@h1:x,h2",
                "redis-cluster://ann:hush,h2",
                "redis-sentinel://h1?master=m&sentinelUser=ann:hush@h",
                "redis-sentinel://h1?master=m&sentinelPasswort=hush",
                "redis-sentinel://h1?sentinelPassword=hush",
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
