package dev.pulse.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pulse.testing.PulseTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

class RedisBinaryTest {
    private static final List<String> SYSTEMS =
            List.of("Linux/amd64", "Linux/aarch64", "Linux/i386", "Mac OS X/x86_64", "Mac OS X/aarch64");
    private static final ClassLoader KNOWS_NOTHING = new ClassLoader(null) {};

    @PulseTest
    void everySupportedSystemHasItsBinaryInTheJar() throws IOException {
        for (RedisVersion version : RedisVersion.values()) {
            for (String system : SYSTEMS) {
                String[] parts = system.split("/");
                String name = RedisBinary.resourceName(version, parts[0], parts[1]);
                try (InputStream resource =
                        RedisBinary.open(version, name, getClass().getClassLoader())) {
                    assertThat(resource.read()).as(name).isNotNegative();
                }
            }
        }
    }

    @PulseTest
    void oneFilePerVersionServesTheWholeJvm() throws InterruptedException {
        Path first = RedisBinary.of(RedisVersion.REDIS_7_0);
        assertThat(RedisBinary.of(RedisVersion.REDIS_7_0)).isEqualTo(first).isExecutable();
    }

    @PulseTest
    void missingJarIsNamedByItsCoordinates() {
        assertThatThrownBy(() -> RedisBinary.open(RedisVersion.REDIS_7_0, "redis-server", null, KNOWS_NOTHING))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("org.signal:embedded-redis:0.9.1")
                .hasMessageContaining("PULSE_REDIS_URI");
    }

    @PulseTest
    void unsupportedSystemIsPointedToARedisOfItsOwn() {
        assertThatThrownBy(() -> RedisBinary.resourceName(RedisVersion.REDIS_7_0, "Windows 11", "amd64"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Windows 11 on amd64")
                .hasMessageContaining("PULSE_REDIS_URI");
        assertThatThrownBy(() -> RedisBinary.resourceName(RedisVersion.REDIS_7_0, "Linux", "riscv64"))
                .isInstanceOf(IllegalStateException.class);
    }
}
